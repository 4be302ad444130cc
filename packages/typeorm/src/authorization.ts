import type { ActionOn, ActorIn, Authorizer, Context, Filter, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import {
  type DatabaseFacts,
  type Definite,
  invalidArgument,
  own,
  registerClient,
} from '@arcturus/core/internal/typeorm'
import type { VerifiedDatabase } from '@arcturus/sql/internal/typeorm'
import type { DataSource, EntityTarget, FindOptionsWhere, ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { Authorized, ContextOption, FilterArguments, NoArguments } from './arguments.js'
import { assertAlias } from './filter/alias.js'
import { isMissing } from './filter/missing.js'
import { ParameterNames } from './filter/parameters.js'
import { type PrintedFilter, type Printing, printFilter } from './filter/printedFilter.js'
import { Recursion } from './filter/recursion.js'
import { argumentsWithFilters, guardedWhere, refusingUnawaited } from './filter/where.js'
import { managerMaker } from './manager/authorizedManager.js'
import type { MakeAuthorizedManager, ManagerOptions } from './manager/options.js'
import { type Rows, readerOf } from './manager/reader.js'
import { guarded, selectedEntity } from './query/guardedQuery.js'
import { assertOwnCache } from './query/keptResults.js'
import { relationLoader } from './rows/loader.js'
import { dialectOf } from './schema/dialect.js'
import { entityOf, modelName, nameEntities } from './schema/entities.js'
import { modelsOf } from './schema/models.js'
import { References } from './schema/references.js'
import { TypeOrmTables } from './schema/tables.js'
import { verifyDatabase } from './schema/verifyDatabase.js'
import { watch } from './watch.js'

/** A guarded data source, and what belongs to it: the result of {@link typeOrmAuthorization}. */
export interface TypeOrmAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  /** The given data source, which refuses queries without a filter from now on. */
  readonly dataSource: DataSource
  /**
   * Reads rows without a filter, for what decides about them afterwards: the current user, and the rows of routes that call
   * `authorize`.
   */
  readonly rows: Rows
  readonly authorizedFilter: AuthorizedFilter<P>
  /**
   * Returns the `where` alone, for `find`, criteria of writes and query builders. It awaits promises of the actor, and
   * loads data that is neither in memory nor in the database.
   * @throws the errors of `authorizedFilter`, except `async-value`
   */
  readonly authorizedWhere: <Entity extends ObjectLiteral, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Entity, P>,
    entity: EntityTarget<Entity>,
    options?: ContextOption,
  ) => Promise<FindOptionsWhere<Entity>>
  readonly authorizedActors: AuthorizedActors<P>
  /**
   * Returns `find` options that select the rows of a filter, such as `differenceFilter` of
   * `@arcturus/testing/diff`, or a `Filter` that was made before. It is no decision about the current
   * user. Other options go beside it: `{ ...filterArguments(filter, Document), take: 10 }`.
   * @throws ArgumentError for a filter of another entity
   */
  readonly filterArguments: <Entity extends ObjectLiteral>(
    filter: { readonly model: string; definite(): Definite },
    entity: EntityTarget<Entity>,
  ) => Authorized<Entity, NoArguments>
  readonly authorizedQuery: AuthorizedQuery<P>
  readonly authorizedManager: MakeAuthorizedManager<P>
  /** Compares the entities with the database. See the exported function `verifyDatabase`. */
  readonly verifyDatabase: () => Promise<VerifiedDatabase>
}

export interface AuthorizedFilter<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns arguments for `find` that keep only the rows on which the actor may do the action. The
   * default action is `read` (the authorizer's `readAction`):
   * `documents.find(authorizedFilter(user, Document))`.
   *
   * The returned `where` can be the criteria of `update`, `delete`, `softDelete` and `restore`. It
   * can also be the condition of a relation in the `where` of another entity.
   *
   * Pass your own condition as an argument:
   * `authorizedFilter(user, Document, { where: { archived: false } })`.
   * @param actor `null` for an anonymous user
   * @throws ArgumentError if the actor is undefined
   * @throws UnsupportedFilterError if the policy has no exact SQL
   * @throws QueryError `async-value` if the actor's data is asynchronous: use `authorizedWhere`
   */
  <Entity extends ObjectLiteral, A = unknown>(
    actor: A & ActorIn<A, P>,
    entity: EntityTarget<Entity>,
  ): Authorized<Entity, NoArguments>
  /**
   * The same with other arguments:
   * `authorizedFilter(user, Document, { action: 'edit', where, take })`.
   */
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity, P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity, P>,
  ): Authorized<Entity, Args>
}

export interface AuthorizedActors<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns `find` options that select the actors who may do the action to a resource:
   * `users.find(authorizedActors('read', document, User))`. It is the mirror of `authorizedFilter`,
   * and composes alike. It is no decision about the current user.
   * @param resource The row
   * @throws the errors of `authorizedFilter`
   */
  <Entity extends ObjectLiteral, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    entity: EntityTarget<Entity>,
  ): Authorized<Entity, NoArguments>
  /** The same with other arguments: `authorizedActors('read', document, User, { take: 10 })`. */
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity, P>, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity, P>,
  ): Authorized<Entity, Args>
}

export interface QueryOptions extends ContextOption {
  /** The alias of the rows, for a query of an entity. Default: the entity's name. */
  readonly alias?: string | undefined
}

/**
 * Returns a query for the rows of an entity on which the actor may do the action. The query can be
 * extended with `andWhere`, `orWhere`, joins, order and pages. No later call widens it.
 *
 * In place of the entity, it takes a query, restricts it whatever conditions were added before or are added later, and
 * returns it.
 * @throws UnsupportedFilterError if the policy has no exact SQL
 * @throws UnsupportedOperationError for a query that writes
 * @throws QueryError `async-value` if the actor's data is asynchronous: use `authorizedWhere`
 */
export type AuthorizedQuery<P extends PolicyTypes = RegisteredPolicy> = <Entity extends ObjectLiteral, A = unknown>(
  actor: A & ActorIn<A, P>,
  action: ActionOn<Entity, P>,
  of: EntityTarget<Entity> | SelectQueryBuilder<Entity>,
  options?: QueryOptions,
) => SelectQueryBuilder<Entity>

export interface TypeOrmAuthorizationOptions extends ManagerOptions {
  /**
   * Facts about the database, which take precedence over the declarations of the entities: the
   * result of `verifyDatabase`, or a declaration such as
   * `{ references: { 'Document.folder': false } }`. Default: the declarations of the entities are
   * trusted.
   */
  readonly facts?: DatabaseFacts | VerifiedDatabase | undefined
  /**
   * The names of entities in policies and in other options, by their own names: `{ List: 'TodoList' }`. An entity with
   * the name of a built-in type, such as `List`, needs one if the policy names that type. Default: the entity's own name.
   */
  readonly names?: Readonly<Record<string, string>> | undefined
}

/**
 * Guards a data source by a policy, and returns what belongs to it. It registers the entities as models, so load policies
 * afterwards.
 * @throws TypeOrmSchemaError if the data source is not initialized or its database is unsupported
 * @throws ArgumentError if `facts` names an unknown reference
 *
 * @example
 * ```ts
 * const { dataSource, rows, authorizedFilter, authorizedQuery } = typeOrmAuthorization(authorizer, source)
 * await authorizer.load(policyText)
 *
 * const user = await rows.findOneBy(User, { id: 7 })
 * const documents = await dataSource
 *   .getRepository(Document)
 *   .find(authorizedFilter(user, Document, { take: 10 }))
 * const [page, total] = await authorizedQuery(user, 'read', Document, { alias: 'd' })
 *   .orderBy('d.title')
 *   .take(10)
 *   .getManyAndCount()
 * ```
 */
export function typeOrmAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authorizer<P>,
  dataSource: DataSource,
  options?: TypeOrmAuthorizationOptions,
): TypeOrmAuthorization<P>
export function typeOrmAuthorization(
  authorizer: Authorizer,
  dataSource: DataSource,
  options: TypeOrmAuthorizationOptions = {},
): TypeOrmAuthorization {
  const { facts, names: chosen } = own(options)
  const dialect = dialectOf(dataSource)
  nameEntities(dataSource, chosen)
  const names = new ParameterNames()
  const printing: Printing = {
    dialect,
    tables: new TypeOrmTables(dataSource, facts),
    names,
    recursion: new Recursion(dataSource),
    printed: new WeakMap(),
  }
  const references = new References(dataSource, facts)
  const load = relationLoader(dataSource, references)
  const isOpen = () => dataSource.isInitialized
  registerClient(authorizer, modelsOf(dataSource, facts), { source: dataSource, load, isOpen })
  watch(dataSource)

  const print = (filter: Pick<Filter, 'definite'>, entity: EntityMetadata): PrintedFilter =>
    printFilter(filter.definite(), modelName(entity), printing)
  const authorizerIn = (context: Context | undefined): Authorizer => (context ? authorizer.with(context) : authorizer)
  const filterFor: FilterFor = (actor, action, entity, context) =>
    print(authorizerIn(context).filter(actor, action, modelName(entity), { unloaded: 'database' }), entity)
  const actorsFor: FilterFor = (resource, action, entity, context) =>
    print(authorizerIn(context).actorFilter(action, resource, modelName(entity), { unloaded: 'database' }), entity)
  const loadedFilterFor = async (...question: Parameters<FilterFor>): Promise<PrintedFilter> => {
    try {
      return filterFor(...question)
    } catch (error) {
      if (!isMissing(error)) throw error
      const [actor, action, entity, context] = question
      return print(await authorizerIn(context).loadFilter(actor, action, modelName(entity)), entity)
    }
  }

  const guardArguments = (args: FindArguments, entity: EntityMetadata, filter: PrintedFilter): object => {
    const { action: _, context: __, where, ...rest } = args
    assertOwnCache(rest.cache?.id)
    return argumentsWithFilters(rest, guardedWhere(where, filter, { entity, dialect }))
  }
  const actionOf = ({ action = authorizer.readAction }: FindArguments): string => action
  const queryFor = <Entity extends ObjectLiteral>(target: EntityTarget<Entity>, given: string | undefined) => {
    const alias = given ?? entityOf(dataSource, target).name
    assertAlias(alias)
    return dataSource.createQueryBuilder(target, alias)
  }

  return {
    dataSource,
    rows: readerOf(dataSource),
    // Sound: the result has the given arguments except the action, and a `where` of conditions on
    // the entity's columns.
    authorizedFilter: ((actor: unknown, target: EntityTarget<ObjectLiteral>, args: object = {}) => {
      assertArguments(args)
      const entity = entityOf(dataSource, target)
      return guardArguments(args, entity, filterFor(actor, actionOf(args), entity, args.context))
    }) as AuthorizedFilter,
    // Sound, as above.
    authorizedActors: ((
      action: string,
      resource: unknown,
      target: EntityTarget<ObjectLiteral>,
      args: FindArguments = {},
    ) => {
      assertArguments({ ...args, action })
      const entity = entityOf(dataSource, target)
      return guardArguments(args, entity, actorsFor(resource, action, entity, args.context))
    }) as AuthorizedActors,
    // Sound, as above.
    filterArguments: ((
      filter: { readonly model: string; definite(): Definite },
      target: EntityTarget<ObjectLiteral>,
    ) => {
      const entity = entityOf(dataSource, target)
      if (filter.model !== modelName(entity))
        throw invalidArgument(`The filter selects rows of ${filter.model}, not of ${modelName(entity)}.`, {
          hint: 'pass the entity of its model',
        })
      return guardArguments({}, entity, print(filter, entity))
    }) as TypeOrmAuthorization['filterArguments'],
    authorizedManager: managerMaker(authorizer, dataSource, printing, references, own(options)),
    authorizedQuery: (actor, action, of, options = {}) => {
      const { alias, context } = own(options)
      const query = isBuilder(of) ? of : queryFor(of, alias)
      return guarded(query, filterFor(actor, action, selectedEntity(query), context))
    },
    // Sound: the conditions are on the entity's columns.
    authorizedWhere: ((
      actor: unknown,
      action: string,
      target: EntityTarget<ObjectLiteral>,
      options: ContextOption = {},
    ) => {
      const entity = entityOf(dataSource, target)
      const filter = loadedFilterFor(actor, action, entity, own(options).context)
      const where = filter.then((one) => guardedWhere(undefined, one, { entity, dialect }))
      return refusingUnawaited(where, entity)
    }) as TypeOrmAuthorization['authorizedWhere'],
    verifyDatabase: () => verifyDatabase(dataSource),
  }
}

type FilterFor = (actor: unknown, action: string, entity: EntityMetadata, context: Context | undefined) => PrintedFilter

function isBuilder<Entity extends ObjectLiteral>(
  of: EntityTarget<Entity> | SelectQueryBuilder<Entity>,
): of is SelectQueryBuilder<Entity> {
  return typeof of === 'object' && 'expressionMap' in of
}

interface FindArguments extends ContextOption {
  readonly action?: string
  readonly where?: unknown
  readonly cache?: { readonly id?: unknown }
}

/**
 * @throws ArgumentError if the arguments are not an object, or if the action is present and not a
 * string. If the action is missing, it is the read action.
 */
function assertArguments(args: unknown): asserts args is FindArguments {
  if (typeof args !== 'object' || args === null) {
    throw invalidArgument('The third argument of authorizedFilter must be an object of `find` options.', {
      hint: "authorizedFilter(user, Document, { action: 'edit', where: { … } })",
      data: { args },
    })
  }
  if ('action' in args && typeof args.action !== 'string') {
    throw invalidArgument('An action must be a string.', {
      hint: 'leave it out for the read action',
      data: { action: args.action },
    })
  }
}
