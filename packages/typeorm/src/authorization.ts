import type { ActionOn, ActorIn, Authorizer, Context, Filter, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { type DatabaseFacts, type Definite, invalidArgument, own } from '@arcturus/core/internal/typeorm'
import type { VerifiedDatabase } from '@arcturus/sql/internal/typeorm'
import type { DataSource, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { Authorized, ContextOption, FilterArguments, NoArguments } from './arguments.js'
import { assertAlias } from './filter/alias.js'
import { isMissing } from './filter/missing.js'
import { ParameterNames } from './filter/parameters.js'
import { type PrintedFilter, type Printing, printFilter } from './filter/printedFilter.js'
import { Recursion } from './filter/recursion.js'
import { argumentsWithFilters, guardedWhere } from './filter/where.js'
import { managerMaker } from './manager/authorizedManager.js'
import type { MakeAuthorizedManager, ManagerOptions } from './manager/options.js'
import { guarded, selectedEntity } from './query/guardedQuery.js'
import { assertOwnCache } from './query/keptResults.js'
import { relationLoader } from './rows/loader.js'
import { assertOneDataSource } from './schema/dataSources.js'
import { dialectOf } from './schema/dialect.js'
import { entityOf } from './schema/entities.js'
import { modelsOf } from './schema/models.js'
import { References } from './schema/references.js'
import { TypeOrmTables } from './schema/tables.js'
import { verifyDatabase } from './schema/verifyDatabase.js'
import { watch } from './watch.js'

/** The functions that {@link typeOrmAuthorization} returns. */
export interface TypeOrmAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  /** Compares the entities with the database. See the exported function `verifyDatabase`. */
  readonly verifyDatabase: () => Promise<VerifiedDatabase>
  readonly authorizedFilter: AuthorizedFilter<P>
  readonly authorizedManager: MakeAuthorizedManager<P>
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
  readonly applyAuthorization: ApplyAuthorization<P>
  /**
   * Returns the rows of an entity on which the actor may do the action. It awaits and loads the
   * actor's data if necessary.
   * @throws the errors of `authorizedQuery`, except `async-value`
   */
  readonly authorizedResources: <Entity extends ObjectLiteral, A = unknown>(
    actor: A & ActorIn<A, P>,
    action: ActionOn<Entity, P>,
    entity: EntityTarget<Entity>,
    options?: ContextOption,
  ) => Promise<Entity[]>
  /**
   * The same functions for an actor whose data is asynchronous. They await promises of the actor,
   * and load data that is neither in memory nor in the database.
   */
  readonly loading: {
    readonly authorizedFilter: AuthorizedFilterLoading<P>
    readonly authorizedActors: AuthorizedActorsLoading<P>
    readonly authorizedQuery: AuthorizedQueryLoading<P>
    readonly applyAuthorization: ApplyAuthorizationLoading<P>
  }
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
   * @throws QueryError `async-value` if the actor's data is asynchronous: use `loading`
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

export interface AuthorizedActorsLoading<P extends PolicyTypes = RegisteredPolicy> {
  <Entity extends ObjectLiteral, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    entity: EntityTarget<Entity>,
  ): Promise<Authorized<Entity, NoArguments>>
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity, P>, Row = unknown>(
    action: ActionOn<Row, P>,
    resource: Row,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity, P>,
  ): Promise<Authorized<Entity, Args>>
}

export interface AuthorizedFilterLoading<P extends PolicyTypes = RegisteredPolicy> {
  <Entity extends ObjectLiteral, A = unknown>(
    actor: A & ActorIn<A, P>,
    entity: EntityTarget<Entity>,
  ): Promise<Authorized<Entity, NoArguments>>
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity, P>, A = unknown>(
    actor: A & ActorIn<A, P>,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity, P>,
  ): Promise<Authorized<Entity, Args>>
}

/**
 * Returns a query for the rows of an entity on which the actor may do the action. The query can be
 * extended with `andWhere`, `orWhere`, joins, order and pages. No later call widens it.
 * @param alias alias of the rows. Default: the entity's name.
 * @throws UnsupportedFilterError if the policy has no exact SQL
 * @throws QueryError `async-value` if the actor's data is asynchronous: use `loading`
 */
export type AuthorizedQuery<P extends PolicyTypes = RegisteredPolicy> = <Entity extends ObjectLiteral, A = unknown>(
  actor: A & ActorIn<A, P>,
  action: ActionOn<Entity, P>,
  entity: EntityTarget<Entity>,
  alias?: string,
  options?: ContextOption,
) => SelectQueryBuilder<Entity>

export type AuthorizedQueryLoading<P extends PolicyTypes = RegisteredPolicy> = <
  Entity extends ObjectLiteral,
  A = unknown,
>(
  actor: A & ActorIn<A, P>,
  action: ActionOn<Entity, P>,
  entity: EntityTarget<Entity>,
  alias?: string,
  options?: ContextOption,
) => Promise<SelectQueryBuilder<Entity>>

/**
 * Restricts an existing query to the rows on which the actor may do the action, whatever conditions
 * were added before or are added later. Returns the same query.
 * @throws UnsupportedOperationError if the query writes; also the errors of `authorizedQuery`
 */
export type ApplyAuthorization<P extends PolicyTypes = RegisteredPolicy> = <Entity extends ObjectLiteral, A = unknown>(
  query: SelectQueryBuilder<Entity>,
  actor: A & ActorIn<A, P>,
  action: ActionOn<Entity, P>,
  options?: ContextOption,
) => SelectQueryBuilder<Entity>

export type ApplyAuthorizationLoading<P extends PolicyTypes = RegisteredPolicy> = <
  Entity extends ObjectLiteral,
  A = unknown,
>(
  query: SelectQueryBuilder<Entity>,
  actor: A & ActorIn<A, P>,
  action: ActionOn<Entity, P>,
  options?: ContextOption,
) => Promise<SelectQueryBuilder<Entity>>

export interface TypeOrmAuthorizationOptions extends ManagerOptions {
  /**
   * Facts about the database, which take precedence over the declarations of the entities: the
   * result of `verifyDatabase`, or a declaration such as
   * `{ references: { 'Document.folder': false } }`. Default: the declarations of the entities are
   * trusted.
   */
  readonly database?: DatabaseFacts | VerifiedDatabase | undefined
}

/**
 * Filters TypeORM's queries by a policy. It registers the entities of the data source as models, so
 * load policies afterwards.
 * @throws TypeOrmSchemaError if the data source is not initialized or its database is unsupported.
 * Also if another data source of the authorizer has entities of the same names.
 * @throws ArgumentError if `database` names an unknown reference
 *
 * @example
 * ```ts
 * const { authorizedFilter, authorizedQuery } = typeOrmAuthorization(authorizer, dataSource)
 * await authorizer.load(policyText)
 *
 * const documents = await dataSource
 *   .getRepository(Document)
 *   .find(authorizedFilter(user, Document, { take: 10 }))
 * const [page, total] = await authorizedQuery(user, 'read', Document, 'd')
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
  const { database } = own(options)
  const dialect = dialectOf(dataSource)
  const names = new ParameterNames()
  const printing: Printing = {
    dialect,
    tables: new TypeOrmTables(dataSource, database),
    names,
    recursion: new Recursion(dataSource),
    printed: new WeakMap(),
  }
  const references = new References(dataSource, database)
  assertOneDataSource(authorizer, dataSource)
  authorizer.registerModels(modelsOf(dataSource, database), relationLoader(dataSource, references))
  watch(dataSource)

  const print = (filter: Pick<Filter, 'definite'>, { name }: EntityMetadata): PrintedFilter =>
    printFilter(filter.definite(), name, printing)
  const authorizerIn = (context: Context | undefined): Authorizer => (context ? authorizer.with(context) : authorizer)
  const filterFor: FilterFor<PrintedFilter> = (actor, action, entity, context) =>
    print(authorizerIn(context).filter(actor, action, entity.name, { unloaded: 'database' }), entity)
  const filterForLoading: FilterFor<Promise<PrintedFilter>> = async (actor, action, entity, context) => {
    try {
      return filterFor(actor, action, entity, context)
    } catch (error) {
      if (!isMissing(error)) throw error
      return print(await authorizerIn(context).loadFilter(actor, action, entity.name), entity)
    }
  }
  const actorsFor: FilterFor<PrintedFilter> = (resource, action, entity, context) =>
    print(authorizerIn(context).actorFilter(action, resource, entity.name, { unloaded: 'database' }), entity)
  const actorsForLoading: FilterFor<Promise<PrintedFilter>> = async (resource, action, entity, context) => {
    try {
      return actorsFor(resource, action, entity, context)
    } catch (error) {
      if (!isMissing(error)) throw error
      return print(await authorizerIn(context).loadActorFilter(action, resource, entity.name), entity)
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

  const applyAuthorization: ApplyAuthorization = (query, actor, action, options = {}) =>
    guarded(query, filterFor(actor, action, selectedEntity(query), own(options).context))
  const applyAuthorizationLoading: ApplyAuthorizationLoading = async (query, actor, action, options = {}) =>
    guarded(query, await filterForLoading(actor, action, selectedEntity(query), own(options).context))

  return {
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
      if (filter.model !== entity.name)
        throw invalidArgument(`The filter selects rows of ${filter.model}, not of ${entity.name}.`, {
          hint: 'pass the entity of its model',
        })
      return guardArguments({}, entity, print(filter, entity))
    }) as TypeOrmAuthorization['filterArguments'],
    authorizedManager: managerMaker(authorizer, dataSource, printing, references, own(options)),
    authorizedQuery: (actor, action, target, alias, options) =>
      applyAuthorization(queryFor(target, alias), actor, action, options),
    applyAuthorization,
    verifyDatabase: () => verifyDatabase(dataSource),
    authorizedResources: async (actor, action, target, options) => {
      const query = await applyAuthorizationLoading(queryFor(target, undefined), actor, action, options)
      return query.getMany()
    },
    loading: {
      // Sound, as above.
      authorizedFilter: (async (actor: unknown, target: EntityTarget<ObjectLiteral>, args: object = {}) => {
        assertArguments(args)
        const entity = entityOf(dataSource, target)
        return guardArguments(args, entity, await filterForLoading(actor, actionOf(args), entity, args.context))
      }) as AuthorizedFilterLoading,
      // Sound, as above.
      authorizedActors: (async (
        action: string,
        resource: unknown,
        target: EntityTarget<ObjectLiteral>,
        args: FindArguments = {},
      ) => {
        assertArguments({ ...args, action })
        const entity = entityOf(dataSource, target)
        return guardArguments(args, entity, await actorsForLoading(resource, action, entity, args.context))
      }) as AuthorizedActorsLoading,
      authorizedQuery: async (actor, action, target, alias, options) =>
        applyAuthorizationLoading(queryFor(target, alias), actor, action, options),
      applyAuthorization: applyAuthorizationLoading,
    },
  }
}

type FilterFor<Printed> = (
  actor: unknown,
  action: string,
  entity: EntityMetadata,
  context: Context | undefined,
) => Printed

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
