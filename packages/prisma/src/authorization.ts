import type { Action, ActionOn, ActorIn, Authorizer, Context, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArgumentError, invalidArgument, own } from '@arcturus/core/internal/prisma'
import { printSql } from '@arcturus/sql'
import type { VerifiedDatabase } from '@arcturus/sql/internal/prisma'
import { actionNames, assertMayWrite, assertOption, scopes, unscopedQueries } from '@arcturus/writes/internal/prisma'
import type { Authorized, NoArguments, QueryArguments } from './arguments.js'
import { clientMaker } from './client/client.js'
import { Delegates } from './client/delegates.js'
import type { AuthorizedClientMaker, AuthorizedClientOptions, ClientOptions } from './client/options.js'
import type { Parts } from './client/questions.js'
import { SchemaRelations } from './client/schemaRelations.js'
import { type DatabaseOptions, verifiedOf } from './database/dialect.js'
import { modelsIn } from './database/models.js'
import { withReferences } from './database/references.js'
import { sendBy } from './database/send.js'
import { sqlDialectOf } from './database/sqlDialect.js'
import { type ReadTexts, TextFacts } from './database/textFacts.js'
import { schemaError, unsupportedOperation } from './errors.js'
import type { WhereLevel } from './filter/division.js'
import type { Where } from './filter/printed.js'
import { WherePrinter } from './filter/printer.js'
import { sqlTablesOf } from './filter/sqlTables.js'
import { IdQueries } from './filter/subquery/idQuery.js'
import { Planner } from './filter/subquery/plan.js'
import { isLiteral } from './literal.js'
import { Answers } from './query/answers.js'
import { aroundQueries, type PrismaExtension } from './query/extension.js'
import { guarding } from './query/guard.js'
import { copied, sealed } from './query/guardedWhere.js'
import { type Choices, type DefiniteFilter, type FilterRequest, Markers, markerKey } from './query/markers.js'
import { Resolver } from './query/resolve.js'
import { Creations } from './query/upsert.js'
import { relationLoader } from './rows/loadRelation.js'
import {
  assertDescribes,
  assertSchema,
  assertVersion,
  delegateOf,
  type PrismaClientLike,
  property,
  schemaOfClient,
} from './schema/fromClient.js'
import type { PrismaSchema } from './schema/schema.js'
import { Tables } from './schema/tables.js'
import { verifyDatabase } from './verifyDatabase.js'

/** The result of {@link prismaAuthorization}. */
export interface PrismaAuthorization<
  ModelName extends string = string,
  Client = PrismaClientLike,
  P extends PolicyTypes = RegisteredPolicy,
> {
  /**
   * For `new PrismaClient(…).$extends(extension)`: resolves filters, and records the model of each
   * returned row.
   */
  readonly extension: PrismaExtension
  readonly authorizedFilter: AuthorizedFilter<P>
  readonly authorizedActors: AuthorizedActors<P>
  /**
   * Returns arguments for a query of the extended client that select the rows of a filter, such as
   * `differenceFilter` of `@arcturus/testing/diff`, or a `Filter` that was made before. It is no decision
   * about the current user. Other arguments go beside it: `{ ...filterArguments(filter), take: 10 }`.
   */
  readonly filterArguments: (filter: DefiniteFilter) => { where: NoArguments }
  /**
   * Returns the `where` alone, for any client and any place in a query.
   * Combine it with other conditions by `AND`, or spread it: `{ ...where, archived: false }` keeps
   * all of it. An `AND` beside the spread replaces the filter.
   * Keys of rows in the `where` are looked up when it is made.
   * @throws UnsupportedFilterError if no exact `where` exists for the policy
   */
  readonly authorizedWhere: <Name extends ModelName, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: Action<Name, P>,
    model: Name,
    options?: WhereOptions,
  ) => Promise<NoArguments>
  readonly authorizedClient: AuthorizedClientMaker<Client, P>
  /**
   * Compares the schema with the database of the extended client; see the function
   * `verifyDatabase`.
   * @throws PrismaSchemaError if no client was extended yet
   */
  readonly verifyDatabase: () => Promise<VerifiedDatabase>
}

/** Facts about the application's database, and defaults for the choices of each filter. */
export interface PrismaAuthorizationOptions extends DatabaseOptions, Choices, ClientOptions {}

export interface WhereOptions extends Choices {
  /** The context of the filter: the values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
  /**
   * The client that looks up keys of rows. Within an interactive transaction, pass its client.
   * Default: the client that was extended.
   */
  readonly client?: PrismaClientLike | { readonly $queryRaw: unknown }
}

export interface AuthorizedFilter<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns arguments for a query of the extended client that select the rows on which the actor
   * may do the action: `prisma.document.findMany(authorizedFilter(user))`. The default action is
   * `read` (the authorizer's `readAction`).
   * The arguments can be spread: `{ ...authorizedFilter(user), orderBy, take }`. A client that is
   * not extended throws before it sends the query.
   * @param actor null for an anonymous user
   * @throws ArgumentError for an undefined actor
   */
  <A>(actor: A & ActorIn<A, P>): { where: NoArguments }
  /**
   * The same with other arguments of the query:
   * `authorizedFilter(user, { action: 'edit', where, take })`.
   */
  <const Args extends object, A = unknown>(
    actor: A & ActorIn<A, P>,
    args: Args & QueryArguments<P>,
  ): Authorized<Args, P>
}

export interface AuthorizedActors<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns arguments for a query of the extended client that select the actors who may do the
   * action to a resource: `prisma.user.findMany(authorizedActors('read', document))`. It is the
   * mirror of `authorizedFilter`, and composes alike. It is no decision about the current user.
   * @param resource - The row. For a row that does not exist yet, use `authorizer.actorFilter`.
   * @throws ArgumentError for an undefined resource
   */
  <Row>(action: ActionOn<Row, P>, resource: Row): { where: NoArguments }
  /** The same with other arguments of the query: `authorizedActors('read', document, { take: 10 })`. */
  <const Args extends object, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    args: Args & Omit<QueryArguments<P>, 'action'>,
  ): Authorized<Args, P>
}

/**
 * Returns the client of the primary database, if an extension such as `@prisma/extension-read-replicas` sends queries to
 * replicas: what a check reads from one can be older than a revocation.
 */
function primaryOf(client: PrismaClientLike): PrismaClientLike {
  const primary = property(client, '$primary')
  // Sound: it returns a client of the same schema.
  return typeof primary === 'function' ? (Reflect.apply(primary, client, []) as PrismaClientLike) : client
}

/**
 * Filters Prisma's queries by a policy.
 *
 * @param source - The output of the generator `arcturus-prisma-generator`, or a client that carries
 * its schema. Default: the schema of the client that is extended. Policies know the models from the
 * moment the schema is read.
 * @throws PrismaSchemaError for an invalid schema, or a client without a readable schema.
 *
 * @example
 * ```ts
 * const { extension, authorizedFilter } = prismaAuthorization(authorizer, schema)
 * const prisma = new PrismaClient({ adapter }).$extends(extension)
 *
 * const documents = await prisma.document.findMany({ ...authorizedFilter(user), take: 10 })
 * ```
 */
export function prismaAuthorization<
  ModelName extends string = string,
  Client extends PrismaClientLike = PrismaClientLike,
  P extends PolicyTypes = RegisteredPolicy,
>(
  authorizer: Authorizer<P>,
  source?: PrismaSchema<ModelName> | Client,
  options?: PrismaAuthorizationOptions,
): PrismaAuthorization<ModelName, Client, P>
export function prismaAuthorization<ModelName extends string, Client extends PrismaClientLike>(
  authorizer: Authorizer,
  source?: PrismaSchema<ModelName> | Client,
  chosen: PrismaAuthorizationOptions = {},
): PrismaAuthorization<ModelName, Client> {
  assertChoices(chosen)
  const options = own(chosen)
  const markers = new Markers()
  // By row: the data of one `create`, which no other query sees.
  const unsaved = new WeakSet<object>()
  const isClient = (one: unknown): one is PrismaClientLike =>
    typeof one === 'object' && one !== null && '$extends' in one
  if (isClient(source)) assertVersion(source)
  const read = (client: PrismaClientLike) => withReferences(schemaOfClient(client), options)
  const given = source && (isClient(source) ? read(source) : withReferences(assertSchema(source), options))
  const defaults = { strategy: options.strategy ?? 'auto', unloaded: options.unloaded ?? 'auto' } as const
  // A client can be extended again for each request.
  const readOf = new WeakMap<PrismaClientLike, ReadTexts>()
  let known: Answers | undefined
  let making: { readonly parts: Parts; readonly make: ReturnType<typeof clientMaker> } | undefined
  let registered: string | undefined
  let bare: PrismaClientLike | undefined
  let extended: PrismaClientLike | undefined

  const log = options.log ?? ((message: string) => console.warn(message))
  const scopeOf = scopes(options.scope ?? {})
  const base = {
    passed: (args: unknown) => markers.passed(args),
    assertAllowed: unscopedQueries(options.unscoped ?? 'allow', log, unscopedQuery),
    assertMayWrite: () => assertMayWrite(authorizer),
  }

  const learn = (schema: PrismaSchema, client: PrismaClientLike | undefined): Answers => {
    if (schema.provider === 'mongodb') {
      throw schemaError('MongoDB is not supported: null has another meaning there than in SQL.', {
        hint: 'use PostgreSQL, MySQL, MariaDB, SQLite, SQL Server or CockroachDB',
      })
    }
    // Each registration makes the authorizer prepare its policies again. A second client of the
    // same schema adds nothing.
    const text = JSON.stringify(schema)
    const tables = new Tables(schema)
    if (text !== registered) {
      authorizer.registerModels(
        modelsIn(tables),
        relationLoader(tables, () => bare, unsaved),
      )
    }
    registered = text
    const reference = (model: string, field: string) => property(property(delegateOf(client!, model), 'fields'), field)
    const dialect = sqlDialectOf(schema)
    const read = (client && readOf.get(client)) ?? { texts: verifiedOf(options.database) }
    if (client) readOf.set(client, read)
    const texts = new TextFacts(schema, read, true)
    const queries = dialect && new IdQueries(printSql, sqlTablesOf(schema, options, texts), dialect)
    const plannerFor = (place: WhereLevel): Planner =>
      new Planner(new WherePrinter(schema, options, client && reference, place, texts), queries, authorizer.schema)
    const planners = { root: plannerFor('root'), anywhere: plannerFor('anywhere') }
    known = new Answers(authorizer, planners, tables, defaults, texts)
    making = {
      parts: {
        ...options,
        authorizer,
        tables,
        answers: known,
        relations: new SchemaRelations(tables),
        scopeOf,
        unsaved,
      },
      make: clientMaker(new Delegates(tables)),
    }
    return known
  }
  if (given) learn(given, isClient(source) ? source : undefined)

  const extension: PrismaExtension = (client) => {
    assertVersion(client)
    const schema = given ?? read(client)
    if (given) assertDescribes(given, client)
    const answers = learn(schema, client)
    const tables = new Tables(schema)
    const resolver = new Resolver(markers, tables, answers)
    const guarded = aroundQueries(
      client,
      guarding(client, resolver, new Creations(authorizer, tables, unsaved), tables, base),
      (isUnguarded) => markers.passing(isUnguarded),
    )
    bare = primaryOf(client)
    // Sound: `$extends` returns a client.
    extended = guarded as unknown as PrismaClientLike
    return guarded
  }

  const marking = (args: QueryArguments, request: FilterRequest): object => {
    const { action: _, context: __, strategy, unloaded, where, ...rest } = args
    const choices = strategy || unloaded ? { ...(strategy && { strategy }), ...(unloaded && { unloaded }) } : undefined
    // Filtered arguments keep their earlier filters.
    const earlier = [args, where].flatMap((one) => markers.read(one) ?? assertUnmarked(one))
    return { ...rest, ...marked(markers.make([...new Set([...earlier, { ...request, choices }])]), where) }
  }

  const authorizedFilter = (actor: unknown, args?: QueryArguments): object => {
    assertActor(actor)
    if (args === undefined) return marked(markers.make([{ actor, action: authorizer.readAction }]))
    assertArguments(args)
    const related = 'include' in args || 'select' in args ? authorizer.readAction : undefined
    const { action = authorizer.readAction, context } = args
    return marking(args, { actor, action, context, related })
  }

  const authorizedActors = (action: string, resource: unknown, args: QueryArguments = {}): object => {
    assertResource(resource)
    assertArguments({ ...args, action })
    return marking(args, { actor: resource, action, context: args.context, asked: 'actors' })
  }

  const whereFor = async (request: FilterRequest, model: string, client: unknown): Promise<Where> => {
    if (!known) {
      throw schemaError('The Prisma schema is not known yet.', {
        hint: 'extend the client first, or pass the schema or the client to prismaAuthorization',
      })
    }
    const sender = client ?? extended ?? (isClient(source) ? source : undefined)
    // Without a client no keys can be looked up, so a condition without an exact `where` throws its
    // own error.
    const choices = sender ? request.choices : { strategy: 'where' as const, ...request.choices }
    // A client of an interactive transaction has no `$connect`. Loaded rows would not be part of
    // its transaction.
    const mayLoad = typeof client !== 'object' || client === null || '$connect' in client
    const where = await known.waiting({ ...request, choices }, model, 'anywhere', { mayLoad, send: sendBy(sender) })
    // The caller may change it; later filters of the same condition must not.
    return sealed(copied(where))
  }

  const verifyOwn = async (): Promise<VerifiedDatabase> => {
    if (bare) return await verifyDatabase(bare, source && !isClient(source) ? source : undefined, options)
    throw schemaError('verifyDatabase needs a Prisma client, but none was extended.', {
      hint: 'extend the client first: new PrismaClient(…).$extends(extension); or call verifyDatabase(client, schema)',
    })
  }

  const actionsFor = actionNames(authorizer.readAction, options.actions)
  const authorizedClient = (
    actor: unknown,
    chosen: AuthorizedClientOptions & { readonly client?: PrismaClientLike } = {},
  ): object => {
    const { actions, client: given, context, required, cascade } = own(chosen)
    assertActor(actor)
    assertOption('required', required, ['null', 'refuse'])
    assertOption('cascade', cascade, ['check', 'trust'])
    const client = given ?? extended ?? (isClient(source) ? source : undefined)
    if (!client || !making) {
      throw schemaError('authorizedClient needs a Prisma client, but none was extended.', {
        hint: 'extend the client first: new PrismaClient(…).$extends(extension)',
      })
    }
    return making.make({
      parts: context ? { ...making.parts, authorizer: authorizer.with(context) } : making.parts,
      actor,
      actions: actions ? actionNames(authorizer.readAction, options.actions, actions) : actionsFor,
      refusesRequired: required === 'refuse',
      trustsCascades: cascade === 'trust',
      client,
      isTransaction: !('$connect' in client),
      log,
    })
  }

  return {
    extension,
    // Sound: the client has the models of the base client.
    authorizedClient: authorizedClient as AuthorizedClientMaker<Client>,
    verifyDatabase: verifyOwn,
    // Sound: the result has the given arguments except the action, and a `where`.
    authorizedFilter: authorizedFilter as AuthorizedFilter,
    // Sound, as above.
    authorizedActors: authorizedActors as AuthorizedActors,
    // Sound: the result has a `where`.
    filterArguments: (filter) =>
      marked(markers.make([{ actor: null, action: authorizer.readAction, filter }])) as { where: NoArguments },
    authorizedWhere: (actor, action, model, options = {}) => {
      assertChoices(options)
      const { client, context, ...choices } = own(options)
      const request = { actor, action, context, choices }
      const where = whereFor(request, model, client)
      // If nobody awaits the promise, the query throws the error instead.
      where.catch(() => {})
      // Prisma reads a promise that was not awaited as `{}`, which is every row. With a request in
      // it, the promise is a filter or an error.
      return Object.assign(where, { [markerKey]: markers.make([request]) })
    },
  }
}

/**
 * Puts a marker in both places, so that neither `{ ...filter, where }` nor
 * `{ where: { ...filter.where } }` loses it.
 */
function marked(marker: object, where?: object): object {
  const own: Record<string, unknown> = {}
  if (isLiteral(where)) for (const name in where) own[name] = where[name]
  else if (where !== undefined) own['AND'] = [where]
  return { where: { ...own, [markerKey]: marker }, [markerKey]: marker }
}

/**
 * @throws ArgumentError for the filter of another authorization, which can't be combined with this
 * one
 */
function assertUnmarked(args: object | undefined): [] {
  if (!args || !(markerKey in args)) return []
  throw invalidArgument('These arguments already contain the filter of another authorization.', {
    hint: 'combine both filters: where: { AND: [await one.authorizedWhere(…), await other.authorizedWhere(…)] }',
  })
}

/** @throws ArgumentError for an undefined actor and for a promise */
function assertActor(actor: unknown): void {
  if (actor === undefined) {
    throw new ArgumentError('undefined-actor', 'The actor is undefined.', { hint: 'pass null for an anonymous user' })
  }
  if (typeof actor === 'object' && actor !== null && 'then' in actor && typeof actor.then === 'function') {
    throw invalidArgument('The actor must not be a promise.', { hint: 'await it first' })
  }
}

/** @throws ArgumentError for a resource that is undefined, not a row, or a promise */
function assertResource(resource: unknown): void {
  if (resource === undefined) {
    throw new ArgumentError('undefined-resource', 'The resource is undefined.', {
      hint: 'handle a missing record before; usually it is a 404',
    })
  }
  if (typeof resource !== 'object' || resource === null || 'then' in resource) {
    throw invalidArgument('authorizedActors needs a row as its second argument.', {
      hint: "authorizedActors('read', document)",
      data: { resource },
    })
  }
}

/**
 * @throws ArgumentError for invalid arguments, an action that is not a string, and an unknown
 * choice
 */
function assertArguments(args: unknown): void {
  if (typeof args !== 'object' || args === null) {
    throw invalidArgument('The second argument of authorizedFilter must be an object of query arguments.', {
      hint: "authorizedFilter(user, { action: 'edit', where: { … } })",
      data: { args },
    })
  }
  if ('action' in args && typeof args.action !== 'string') {
    throw invalidArgument('An action must be a string.', {
      hint: 'leave it out for the read action',
      data: { action: args.action },
    })
  }
  const where: unknown = 'where' in args ? args.where : undefined
  if (where !== undefined && (typeof where !== 'object' || where === null || Array.isArray(where))) {
    throw invalidArgument('`where` must be an object.', { data: { where } })
  }
  assertChoices(args)
}

const choicesOffered = { strategy: ['auto', 'where', 'subquery'], unloaded: ['auto', 'load', 'database'] } as const

/** @throws ArgumentError for options that are not an object, and an unknown choice */
function assertChoices(args: unknown): void {
  if (typeof args !== 'object' || args === null) {
    throw invalidArgument('The options must be an object.', { data: { options: args } })
  }
  for (const [name, offered] of Object.entries(choicesOffered))
    assertOption(name, Reflect.get(own(args), name), offered)
}

function unscopedQuery(message: string, data: { readonly model: string; readonly operation: string }): Error {
  return unsupportedOperation(message, {
    hint: "use authorizedClient(user), spread authorizedFilter(user), or say why not: authorizedClient(user).unguarded('the reason')",
    data,
  })
}
