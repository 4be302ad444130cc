import { ArgumentError, type Authorizer } from '@arcturus/core'
import type { Authorized, NoArguments, QueryArguments } from './arguments.js'
import { PrismaSchemaError } from './errors.js'
import { aroundQueries, type PrismaExtension } from './extension/extension.js'
import { relationLoader } from './extension/loadRelation.js'
import { type FilterRequest, Markers, markerKey } from './extension/markers.js'
import { isPromise, Resolver } from './extension/resolve.js'
import { tagRows } from './extension/rows.js'
import { assertDescribes, delegateOf, type PrismaClientLike, property, schemaOfClient } from './schema/fromClient.js'
import { modelsOf } from './schema/models.js'
import type { PrismaSchema } from './schema/schema.js'
import type { DatabaseOptions } from './where/dialect.js'
import type { Where } from './where/printed.js'
import { WherePrinter } from './where/printer.js'
import { Tables } from './where/tables.js'

/** What {@link prismaAuthorization} gives. */
export interface PrismaAuthorization<ModelName extends string = string> {
  /** For `new PrismaClient(…).$extends(extension)`: resolves filters, and remembers which model each row is of. */
  readonly extension: PrismaExtension
  readonly authorizedFilter: AuthorizedFilter
  /**
   * The `where` alone, for any client and any place. Combine it with others by `AND`, or spread it: `{ ...where, archived: false }`
   * keeps it whole (but an `AND` beside it would replace it).
   * @throws UnsupportedFilterError where the policy can't be said as a `where` exactly
   */
  readonly authorizedWhere: (actor: unknown, action: string, model: ModelName) => Promise<NoArguments>
}

export interface AuthorizedFilter {
  /**
   * Arguments for a query of the extended client that leave the rows on which the actor may do the action, by default
   * `read` (the authorizer's `readAction`): `prisma.document.findMany(authorizedFilter(user))`. They can be spread:
   * `{ ...authorizedFilter(user), orderBy, take }`; a client that is not extended throws before it sends anything.
   * @param actor nobody is null
   * @throws ArgumentError for an undefined actor
   */
  (actor: unknown): { where: NoArguments }
  /** The same together with other arguments of the query: `authorizedFilter(user, { action: 'edit', where, take })`. */
  <const Args extends object>(actor: unknown, args: Args & QueryArguments): Authorized<Args>
}

/**
 * Filters Prisma's queries by a policy.
 *
 * @param source - What the generator `arcturus-prisma-generator` wrote, or a client whose schema is read. Without it the
 * schema is read from the client that is extended; models are known to policies from then on.
 * @throws PrismaSchemaError for a schema that can't be used, or a client whose schema can't be read.
 *
 * @example
 * ```ts
 * const { extension, authorizedFilter } = prismaAuthorization(authorizer, schema)
 * const prisma = new PrismaClient({ adapter }).$extends(extension)
 *
 * const documents = await prisma.document.findMany({ ...authorizedFilter(user), take: 10 })
 * ```
 */
export function prismaAuthorization<ModelName extends string = string>(
  authorizer: Authorizer,
  source?: PrismaSchema<ModelName> | PrismaClientLike,
  options: DatabaseOptions = {},
): PrismaAuthorization<ModelName> {
  const markers = new Markers()
  const given = source && ('$extends' in source ? schemaOfClient(source) : source)
  let known: WherePrinter | undefined
  let registered: string | undefined
  let extended: PrismaClientLike | undefined

  const learn = (schema: PrismaSchema, client: PrismaClientLike | undefined): WherePrinter => {
    if (schema.provider === 'mongodb') {
      throw new PrismaSchemaError(
        'prisma-schema',
        'Filters for MongoDB are not written: what null means there differs.',
      )
    }
    // Every registration makes policies be prepared anew, so a second client of the same schema adds nothing.
    const text = JSON.stringify(schema)
    if (text !== registered) {
      authorizer.registerModels(
        modelsOf(schema),
        relationLoader(new Tables(schema), () => extended),
      )
    }
    registered = text
    const reference = (model: string, field: string) => property(property(delegateOf(client!, model), 'fields'), field)
    known = new WherePrinter(schema, options, client && reference)
    return known
  }
  if (given) learn(given, source && '$extends' in source ? source : undefined)

  const print = (printer: WherePrinter, { actor, action }: FilterRequest, model: string): Where =>
    printer.print(authorizer.filter(actor, action, model).definite(), model)
  const printLoading = async (printer: WherePrinter, { actor, action }: FilterRequest, model: string): Promise<Where> =>
    printer.print((await authorizer.filterLoading(actor, action, model)).definite(), model)

  const extension: PrismaExtension = (client) => {
    const schema = given ?? schemaOfClient(client)
    if (given) assertDescribes(given, client)
    const printer = learn(schema, client)
    const tables = new Tables(schema)
    const resolver = new Resolver(
      markers,
      tables,
      (request, model) => print(printer, request, model),
      (request, model) => printLoading(printer, request, model),
    )
    const guarded = aroundQueries(client, async ({ model, operation, args, query, __internalParams }) => {
      // What a filter loads is not part of an interactive transaction: it would not see its writes, or wait for its end.
      const mayLoad = __internalParams?.transaction?.kind !== 'itx'
      const resolved = resolver.resolve(args, model, operation, mayLoad)
      const result = await query(isPromise(resolved) ? await resolved : resolved)
      tagRows(tables, model, operation, args, __internalParams?.dataPath, result)
      return result
    })
    // Sound: what `$extends` gives is a client.
    extended = guarded as unknown as PrismaClientLike
    return guarded
  }

  const authorizedFilter = (actor: unknown, args: QueryArguments = {}): object => {
    assertActor(actor)
    assertArguments(args)
    const { action = authorizer.readAction, where, ...rest } = args
    // Arguments that are filtered already stay so.
    const earlier = [...(markers.read(args) ?? []), ...(markers.read(where) ?? [])]
    const marker = markers.make([...new Set([...earlier, { actor, action }])])
    // In both places, so that neither `{ ...filter, where }` nor `{ where: { ...filter.where } }` loses it.
    return { ...rest, where: { ...where, [markerKey]: marker }, [markerKey]: marker }
  }

  const whereFor = async (actor: unknown, action: string, model: string): Promise<Where> => {
    if (!known) {
      throw new PrismaSchemaError('prisma-schema', 'Nothing is known of the Prisma schema yet.', {
        hint: 'extend the client first, or pass the schema or the client to prismaAuthorization',
      })
    }
    return sealed(await printLoading(known, { actor, action }, model))
  }

  return {
    extension,
    // Sound: the result has the given arguments but for the action, and a `where`.
    authorizedFilter: authorizedFilter as AuthorizedFilter,
    authorizedWhere: (actor, action, model) =>
      // To Prisma a promise that nobody awaited is `{}`, which is every row; with a request in it, it is a filter or an error.
      Object.assign(whereFor(actor, action, model), { [markerKey]: markers.make([{ actor, action }]) }),
  }
}

/** A `where` of one key, so that what else a caller spreads beside it replaces no part of it. */
function sealed(where: Where): Where {
  return Object.keys(where).every((key) => key === 'AND') ? where : { AND: [where] }
}

/** @throws ArgumentError for an undefined actor, and for one that was not awaited. */
function assertActor(actor: unknown): void {
  if (actor === undefined) {
    throw new ArgumentError('undefined-actor', 'The actor is undefined.', { hint: 'an actor that is nobody is null' })
  }
  if (typeof actor === 'object' && actor !== null && 'then' in actor && typeof actor.then === 'function') {
    throw new ArgumentError('invalid-argument', 'The actor is a promise.', { hint: 'await it first' })
  }
}

/** @throws ArgumentError for arguments that are none, and for an action that is no text: left out, it is the read action. */
function assertArguments(args: unknown): void {
  if (typeof args !== 'object' || args === null) {
    throw new ArgumentError('invalid-argument', 'authorizedFilter takes an actor and arguments of a query.', {
      hint: "authorizedFilter(user, { action: 'edit', where: { … } })",
      data: { args },
    })
  }
  if ('action' in args && typeof args.action !== 'string') {
    throw new ArgumentError('invalid-argument', 'An action is a text.', {
      hint: 'leave it out for the read action',
      data: { action: args.action },
    })
  }
}
