import type { Action, ActorIn, Authorizer, Context, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { assertActor, assertArrived, own, registerClient } from '@arcturus/core/internal/prisma'
import { printSql } from '@arcturus/sql'
import type { VerifiedDatabase } from '@arcturus/sql/internal/prisma'
import { actionNames, assertMayWrite, assertOption, scopes, unscopedQueries } from '@arcturus/writes/internal/prisma'
import { argumentsWith, assertChoices, type FilterArguments, type NoArguments } from './arguments.js'
import { clientMaker } from './client/client.js'
import { Delegates } from './client/delegates.js'
import type { AuthorizedClientMaker, AuthorizedClientOptions, ClientOptions } from './client/options.js'
import { type ModelsOf, type Rows, readerOf } from './client/reader.js'
import { SchemaRelations } from './client/schemaRelations.js'
import { type DatabaseOptions, verifiedOf } from './database/dialect.js'
import { modelsIn } from './database/models.js'
import { withReferences } from './database/references.js'
import { sendBy } from './database/send.js'
import { sqlDialectOf } from './database/sqlDialect.js'
import { TextFacts } from './database/textFacts.js'
import { schemaError, unsupportedOperation } from './errors.js'
import type { WhereLevel } from './filter/division.js'
import type { Where } from './filter/printed.js'
import { WherePrinter } from './filter/printer.js'
import { sqlTablesOf } from './filter/sqlTables.js'
import { IdQueries } from './filter/subquery/idQuery.js'
import { Planner } from './filter/subquery/plan.js'
import { Answers } from './query/answers.js'
import { aroundQueries, passKey } from './query/extension.js'
import { guarding } from './query/guard.js'
import { copied, sealed } from './query/guardedWhere.js'
import { type Choices, type FilterRequest, Markers, markerKey } from './query/markers.js'
import { Resolver } from './query/resolve.js'
import { Creations } from './query/upsert.js'
import { relationLoader } from './rows/loadRelation.js'
import { assertVersion, delegateOf, type PrismaClientLike, property, schemaFor } from './schema/fromClient.js'
import { named, type PrismaSchema } from './schema/schema.js'
import { Tables } from './schema/tables.js'
import { verifyDatabase } from './verifyDatabase.js'

/** A guarded Prisma client, and what belongs to it: the result of {@link prismaAuthorization}. */
export interface PrismaAuthorization<
  ModelName extends string = string,
  Client = PrismaClientLike,
  P extends PolicyTypes = RegisteredPolicy,
> extends FilterArguments<P> {
  /**
   * The guarded client: it resolves filters, records the model of each returned row, and refuses queries without a
   * filter.
   */
  readonly prisma: Client
  /**
   * Reads rows without a filter, for what decides about them afterwards: the current user, and the rows of routes that call
   * `authorize`. The rows know their models.
   */
  readonly rows: Rows<Client>
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
  /** Compares the schema with the database of the client. See the exported function `verifyDatabase`. */
  readonly verifyDatabase: () => Promise<VerifiedDatabase>
}

/** Facts about the application's database, and defaults for the choices of each filter. */
export interface PrismaAuthorizationOptions<ModelName extends string = string>
  extends DatabaseOptions,
    Choices,
    ClientOptions {
  /** The output of the generator `arcturus-prisma-generator`. Default: the schema that the client carries. */
  readonly schema?: PrismaSchema<ModelName> | undefined
}

export interface WhereOptions extends Choices {
  /** The context of the filter: the values of names that `authorizer.registerContext` declared. Default: none. */
  readonly context?: Context | undefined
  /**
   * The client that looks up keys of rows. Within an interactive transaction, pass its client.
   * Default: the guarded client.
   */
  readonly prisma?: PrismaClientLike | { readonly $queryRaw: unknown } | undefined
}

/**
 * Guards a Prisma client by a policy, and returns the guarded client with what belongs to it. Policies know the models of
 * the client from then on.
 *
 * @param client - A plain client, or one with other extensions. Pass it where it is made, so that no other code queries it.
 * @throws PrismaSchemaError for a client that is already guarded or whose schema cannot be read, and for a schema of
 * another client.
 *
 * @example
 * ```ts
 * const { prisma, rows, authorizedFilter } = prismaAuthorization(authorizer, new PrismaClient({ adapter }))
 * await authorizer.load(policyText)
 *
 * const user = await rows.user.findUnique({ where: { id: 7 } })
 * const documents = await prisma.document.findMany({ ...authorizedFilter(user), take: 10 })
 * ```
 */
export function prismaAuthorization<
  Client extends PrismaClientLike,
  ModelName extends string = ModelsOf<Client>,
  P extends PolicyTypes = RegisteredPolicy,
>(
  authorizer: Authorizer<P>,
  client: Client,
  options?: PrismaAuthorizationOptions<ModelName>,
): PrismaAuthorization<ModelName, Client, P>
export function prismaAuthorization(
  authorizer: Authorizer,
  client: PrismaClientLike,
  given: PrismaAuthorizationOptions = {},
): PrismaAuthorization {
  assertChoices(given)
  assertPlain(client)
  const options = own(given)
  const { readAction } = authorizer
  const log = options.log ?? ((message: string) => console.warn(message))
  const assertScoped = unscopedQueries(options.unscoped ?? 'refuse', log, unscopedQuery)
  const schema = withReferences(named(schemaFor(client, options.schema), options.names), options)
  assertSql(schema)
  const tables = new Tables(schema)
  const primary = primaryOf(client)
  // By row: the data of one `create`, which no other query sees.
  const unsaved = new WeakSet<object>()
  const load = relationLoader(tables, primary, unsaved)
  registerClient(authorizer, modelsIn(tables), { source: tables, load, isOpen: () => true })

  const markers = new Markers()
  const answers = answersFor(authorizer, client, tables, options)
  const prisma = aroundQueries(
    client,
    guarding(client, new Resolver(markers, tables, answers), new Creations(authorizer, tables, unsaved), tables, {
      passed: (args) => markers.passed(args),
      assertAllowed: (model, operation, args) => {
        markers.assertNoOther(args)
        assertScoped(model, operation)
      },
      assertMayWrite: () => assertMayWrite(authorizer),
    }),
    (isUnguarded) => markers.passing(isUnguarded),
  )

  const whereFor = async (request: FilterRequest, model: string, sender: object): Promise<Where> => {
    // A client of an interactive transaction has no `$connect`. Loaded rows would not be part of
    // its transaction.
    const scope = { mayLoad: '$connect' in sender, send: sendBy(sender) }
    const where = await answers.where(request, tables.nameOf(model), 'anywhere', scope)
    // The caller may change it; later filters of the same condition must not.
    return sealed(copied(where))
  }

  const parts = {
    ...options,
    authorizer,
    tables,
    answers,
    relations: new SchemaRelations(tables),
    scopeOf: scopes(options.scope ?? {}),
    unsaved,
  }
  const makeClient = clientMaker(new Delegates(tables))
  const actionsFor = actionNames(readAction, options.operations)
  const authorizedClient = (
    actor: unknown,
    chosen: AuthorizedClientOptions & { readonly prisma?: PrismaClientLike } = {},
  ): object => {
    const { operations, prisma: sender = prisma, context, requiredRelation, cascade } = own(chosen)
    assertActor(actor)
    assertArrived(actor, 'actor')
    assertOption('requiredRelation', requiredRelation, ['null', 'refuse'])
    assertOption('cascade', cascade, ['check', 'trust'])
    return makeClient({
      parts: context ? { ...parts, authorizer: authorizer.with(context) } : parts,
      actor,
      actions: operations ? actionNames(readAction, options.operations, operations) : actionsFor,
      refusesRequired: requiredRelation === 'refuse',
      trustsCascades: cascade === 'trust',
      client: sender,
      isTransaction: !('$connect' in sender),
      log,
    })
  }

  return {
    ...argumentsWith(markers, readAction),
    prisma,
    // Sound: the reader has the models of the client.
    rows: readerOf(prisma, schema.models) as Rows<PrismaClientLike>,
    // Sound: the client has the models of the base client.
    authorizedClient: authorizedClient as AuthorizedClientMaker<PrismaClientLike>,
    verifyDatabase: async () => await verifyDatabase(primary, options.schema, options),
    authorizedWhere: (actor, action, model, chosen = {}) => {
      assertChoices(chosen)
      const { prisma: sender = prisma, context, ...choices } = own(chosen)
      const request = { actor, action, context, choices }
      const where = whereFor(request, model, sender)
      // If nobody awaits the promise, the query throws the error instead.
      where.catch(() => {})
      // Prisma reads a promise that was not awaited as `{}`, which is every row. With a request in
      // it, the promise is a filter or an error.
      return Object.assign(where, { [markerKey]: markers.make([request]) })
    },
  }
}

/** @throws PrismaSchemaError for a value that is no plain client of a known version */
function assertPlain(client: PrismaClientLike): void {
  const hint =
    'pass the plain client, once: prismaAuthorization(authorizer, new PrismaClient(…)); then use its `prisma` everywhere'
  if (typeof property(client, '$extends') !== 'function')
    throw schemaError('prismaAuthorization needs a Prisma client as its second argument.', { hint })
  if (passKey in client) throw schemaError('The Prisma client is already guarded.', { hint })
  assertVersion(client)
}

/** @throws PrismaSchemaError for a database without SQL */
function assertSql({ provider }: PrismaSchema): void {
  if (provider !== 'mongodb') return
  throw schemaError('MongoDB is not supported: null has another meaning there than in SQL.', {
    hint: 'use PostgreSQL, MySQL, MariaDB, SQLite, SQL Server or CockroachDB',
  })
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

function answersFor(
  authorizer: Authorizer,
  client: PrismaClientLike,
  tables: Tables,
  options: PrismaAuthorizationOptions,
): Answers {
  const { schema } = tables
  const dialect = sqlDialectOf(schema)
  const texts = new TextFacts(schema, { texts: verifiedOf(options.facts) }, true)
  const queries = dialect && new IdQueries(printSql, sqlTablesOf(schema, options, texts), dialect)
  const reference = (model: string, field: string) =>
    property(property(delegateOf(client, tables.model(model)), 'fields'), field)
  const plannerFor = (place: WhereLevel): Planner =>
    new Planner(new WherePrinter(schema, options, reference, place, texts), queries, authorizer.schema)
  const { strategy = 'auto', actorRelations = 'auto' } = options
  const planners = { root: plannerFor('root'), anywhere: plannerFor('anywhere') }
  return new Answers(authorizer, planners, tables, { strategy, actorRelations }, texts)
}

function unscopedQuery(message: string, data: { readonly model: string; readonly operation: string }): Error {
  return unsupportedOperation(message, {
    hint: "use authorizedClient(user), spread authorizedFilter(user), or say why not: authorizedClient(user).unguarded('the reason')",
    data,
  })
}
