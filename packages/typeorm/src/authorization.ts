import { ArgumentError, type Authorizer, type Filter, QueryError } from '@arcturus/core'
import type { DatabaseFacts } from '@arcturus/core/filters'
import type { VerifiedDatabase } from '@arcturus/core/sql'
import type { DataSource, EntityTarget, ObjectLiteral, SelectQueryBuilder } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { Authorized, FilterArguments, NoArguments } from './arguments.js'
import { assertAlias } from './filter/alias.js'
import { ParameterNames } from './filter/parameters.js'
import { argumentsWithMemory } from './filter/parts.js'
import { type PrintedFilter, type Printing, printFilter } from './filter/printedFilter.js'
import { guardedWhere } from './filter/where.js'
import { QueryGuard, selectedEntity } from './query/guardedQuery.js'
import { assertOwnCache } from './query/keptResults.js'
import { Recursion } from './query/recursion.js'
import { relationLoader } from './rows/loader.js'
import { assertOneDataSource } from './schema/dataSources.js'
import { dialectOf } from './schema/dialect.js'
import { entityOf } from './schema/entities.js'
import { modelsOf } from './schema/models.js'
import { References } from './schema/references.js'
import { TypeOrmTables } from './schema/tables.js'
import { verifyDatabase } from './schema/verifyDatabase.js'
import { watch } from './watch.js'

/** What {@link typeOrmAuthorization} gives. */
export interface TypeOrmAuthorization {
  /** Compares the entities with the database; see the function of this name. */
  readonly verifyDatabase: () => Promise<VerifiedDatabase>
  readonly authorizedFilter: AuthorizedFilter
  readonly authorizedQuery: AuthorizedQuery
  readonly applyAuthorization: ApplyAuthorization
  /**
   * The rows of an entity on which the actor may do the action; it waits where the actor's side has to be waited for.
   * @throws what `authorizedQuery` throws, but for that
   */
  readonly authorizedResources: <Entity extends ObjectLiteral>(
    actor: unknown,
    action: string,
    entity: EntityTarget<Entity>,
  ) => Promise<Entity[]>
  /**
   * The same functions for actors that have to be waited for: where something of the actor is a promise, or is neither there nor in
   * the database, it is awaited and loaded.
   */
  readonly loading: {
    readonly authorizedFilter: AuthorizedFilterLoading
    readonly authorizedQuery: AuthorizedQueryLoading
    readonly applyAuthorization: ApplyAuthorizationLoading
  }
}

export interface AuthorizedFilter {
  /**
   * Arguments for a `find` that leave the rows of an entity on which the actor may do the action, by default `read` (the
   * authorizer's `readAction`): `documents.find(authorizedFilter(user, Document))`. Its `where` can be the criteria of `update`,
   * `delete`, `softDelete` and `restore`, or stand under a relation in the `where` of another entity.
   *
   * A condition of your own is an argument: `authorizedFilter(user, Document, { where: { archived: false } })`.
   * @param actor nobody is null
   * @throws ArgumentError for an undefined actor
   * @throws UnsupportedFilterError where the policy can't be said in SQL exactly
   * @throws QueryError `async-value` where the actor's side has to be waited for: then use `loading`
   */
  <Entity extends ObjectLiteral>(actor: unknown, entity: EntityTarget<Entity>): Authorized<Entity, NoArguments>
  /** The same together with other arguments: `authorizedFilter(user, Document, { action: 'edit', where, take })`. */
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity>>(
    actor: unknown,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity>,
  ): Authorized<Entity, Args>
}

export interface AuthorizedFilterLoading {
  <Entity extends ObjectLiteral>(actor: unknown, entity: EntityTarget<Entity>): Promise<Authorized<Entity, NoArguments>>
  <Entity extends ObjectLiteral, Args extends FilterArguments<Entity>>(
    actor: unknown,
    entity: EntityTarget<Entity>,
    args: Args & FilterArguments<Entity>,
  ): Promise<Authorized<Entity, Args>>
}

/**
 * A query for the rows of an entity on which the actor may do the action, to go on with: `andWhere`, `orWhere`, joins, order,
 * pages. Nothing that is said later widens it.
 * @param alias - of the rows. Default: the entity's name.
 * @throws UnsupportedFilterError where the policy can't be said in SQL exactly
 * @throws QueryError `async-value` where the actor's side has to be waited for: then use `loading`
 */
export type AuthorizedQuery = <Entity extends ObjectLiteral>(
  actor: unknown,
  action: string,
  entity: EntityTarget<Entity>,
  alias?: string,
) => SelectQueryBuilder<Entity>

export type AuthorizedQueryLoading = <Entity extends ObjectLiteral>(
  actor: unknown,
  action: string,
  entity: EntityTarget<Entity>,
  alias?: string,
) => Promise<SelectQueryBuilder<Entity>>

/**
 * Leaves of a query that exists the rows on which the actor may do the action, whatever was said of it before and is said later.
 * Gives the same query.
 * @throws UnsupportedOperationError for a query that writes, and what `authorizedQuery` throws
 */
export type ApplyAuthorization = <Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  actor: unknown,
  action: string,
) => SelectQueryBuilder<Entity>

export type ApplyAuthorizationLoading = <Entity extends ObjectLiteral>(
  query: SelectQueryBuilder<Entity>,
  actor: unknown,
  action: string,
) => Promise<SelectQueryBuilder<Entity>>

export interface TypeOrmAuthorizationOptions {
  /**
   * What is known of the database, in the place of what the entities promise: the result of `verifyDatabase`, or a declaration such
   * as `{ references: { 'Document.folder': false } }`. Default: the entities are taken at their word.
   */
  readonly database?: DatabaseFacts | VerifiedDatabase | undefined
}

/**
 * Filters TypeORM's queries by a policy. The entities of the data source are models from then on: load policies afterwards.
 * @throws TypeOrmSchemaError for a data source that is not initialized, a database that no filters are written for, or an authorizer
 * that has entities of the same names in another data source; ArgumentError where `database` names no reference.
 *
 * @example
 * ```ts
 * const { authorizedFilter, authorizedQuery } = typeOrmAuthorization(authorizer, dataSource)
 * await authorizer.load(policyText)
 *
 * const documents = await dataSource.getRepository(Document).find(authorizedFilter(user, Document, { take: 10 }))
 * const [page, total] = await authorizedQuery(user, 'read', Document, 'd').orderBy('d.title').take(10).getManyAndCount()
 * ```
 */
export function typeOrmAuthorization(
  authorizer: Authorizer,
  dataSource: DataSource,
  { database }: TypeOrmAuthorizationOptions = {},
): TypeOrmAuthorization {
  const dialect = dialectOf(dataSource)
  const names = new ParameterNames()
  const tables = dataSource.entityMetadatas.map(({ tableName }) => tableName)
  const guard = new QueryGuard(dialect, names, tables)
  const printing: Printing = {
    dialect,
    tables: new TypeOrmTables(dataSource, database),
    names,
    recursion: new Recursion(dataSource),
  }
  assertOneDataSource(authorizer, dataSource)
  authorizer.registerModels(
    modelsOf(dataSource, database),
    relationLoader(dataSource, new References(dataSource, database)),
  )
  watch(dataSource)

  const print = (filter: Filter, { name }: EntityMetadata): PrintedFilter =>
    printFilter(filter.definite(), name, printing)
  const filterFor: FilterFor<PrintedFilter> = (actor, action, entity) =>
    print(authorizer.filter(actor, action, entity.name, { unloaded: 'database' }), entity)
  const filterForLoading: FilterFor<Promise<PrintedFilter>> = async (actor, action, entity) => {
    try {
      return filterFor(actor, action, entity)
    } catch (error) {
      if (!isMissing(error)) throw error
      return print(await authorizer.loadFilter(actor, action, entity.name), entity)
    }
  }

  const guardArguments = (args: FindArguments, entity: EntityMetadata, filter: PrintedFilter): object => {
    const { action: _, where, ...rest } = args
    assertOwnCache(rest.cache?.id)
    return argumentsWithMemory(rest, guardedWhere(where, filter, { entity, dialect, names }))
  }
  const actionOf = ({ action = authorizer.readAction }: FindArguments): string => action
  const queryFor = <Entity extends ObjectLiteral>(target: EntityTarget<Entity>, given: string | undefined) => {
    const alias = given ?? entityOf(dataSource, target).name
    assertAlias(alias)
    return dataSource.createQueryBuilder(target, alias)
  }

  const applyAuthorization: ApplyAuthorization = (query, actor, action) =>
    guard.guard(query, filterFor(actor, action, selectedEntity(query)))
  const applyAuthorizationLoading: ApplyAuthorizationLoading = async (query, actor, action) =>
    guard.guard(query, await filterForLoading(actor, action, selectedEntity(query)))

  return {
    // Sound: the result has the given arguments but for the action, and a `where` of conditions on the entity's columns.
    authorizedFilter: ((actor: unknown, target: EntityTarget<ObjectLiteral>, args: object = {}) => {
      assertArguments(args)
      const entity = entityOf(dataSource, target)
      return guardArguments(args, entity, filterFor(actor, actionOf(args), entity))
    }) as AuthorizedFilter,
    authorizedQuery: (actor, action, target, alias) => applyAuthorization(queryFor(target, alias), actor, action),
    applyAuthorization,
    verifyDatabase: () => verifyDatabase(dataSource),
    authorizedResources: async (actor, action, target) => {
      const query = await applyAuthorizationLoading(queryFor(target, undefined), actor, action)
      return query.getMany()
    },
    loading: {
      // Sound, as above.
      authorizedFilter: (async (actor: unknown, target: EntityTarget<ObjectLiteral>, args: object = {}) => {
        assertArguments(args)
        const entity = entityOf(dataSource, target)
        return guardArguments(args, entity, await filterForLoading(actor, actionOf(args), entity))
      }) as AuthorizedFilterLoading,
      authorizedQuery: async (actor, action, target, alias) =>
        applyAuthorizationLoading(queryFor(target, alias), actor, action),
      applyAuthorization: applyAuthorizationLoading,
    },
  }
}

type FilterFor<Printed> = (actor: unknown, action: string, entity: EntityMetadata) => Printed

interface FindArguments {
  readonly action?: string
  readonly where?: unknown
  readonly cache?: { readonly id?: unknown }
}

/** Whether it failed only because something has to be loaded, or waited for. */
function isMissing(error: unknown): boolean {
  return error instanceof QueryError && (error.code === 'relation-not-loaded' || error.code === 'async-value')
}

/** @throws ArgumentError for arguments that are none, and for an action that is no text: left out, it is the read action. */
function assertArguments(args: unknown): asserts args is FindArguments {
  if (typeof args !== 'object' || args === null) {
    throw new ArgumentError(
      'invalid-argument',
      'authorizedFilter takes an actor, an entity, and arguments of `find`.',
      {
        hint: "authorizedFilter(user, Document, { action: 'edit', where: { … } })",
        data: { args },
      },
    )
  }
  if ('action' in args && typeof args.action !== 'string') {
    throw new ArgumentError('invalid-argument', 'An action must be a string.', {
      hint: 'leave it out for the read action',
      data: { action: args.action },
    })
  }
}
