import type { Authorizer } from '@arcturus/core'
import { assertMayWrite, type Unscoped, unscopedQueries } from '@arcturus/writes/internal/typeorm'
import type { DataSource, QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { unsupportedOperation } from '../errors.js'
import { wrap } from '../prototypes.js'
import { type Builder, notesOf, queriedRelations } from '../rows/builders.js'
import { dataSourceOf } from '../schema/dialect.js'
import { modelName } from '../schema/entities.js'
import { sessionOf } from './facade.js'
import { isSending, reading } from './session.js'

interface Guard {
  assertAllowed(entity: string, operation: string): void
  assertMayWrite(): void
}

const guards = new WeakMap<DataSource, Map<Authorizer, Guard>>()

/**
 * Guards the queries of a data source itself: those without a filter, as an option says, and in a request those
 * that write before any decision.
 */
export function guardBase(
  authorizer: Authorizer,
  dataSource: DataSource,
  unscoped: Unscoped,
  log: (message: string) => void,
): void {
  const known = guards.get(dataSource) ?? new Map<Authorizer, Guard>()
  const assertAllowed = unscopedQueries(unscoped, log, unscopedQuery)
  guards.set(dataSource, known.set(authorizer, { assertAllowed, assertMayWrite: () => assertMayWrite(authorizer) }))
  // Builders without a query runner take no connection.
  const builder = (): Builder => dataSource.createQueryBuilder()
  for (const name of ['loadRawResults', 'stream']) around(builder(), name, 'find', false)
  around(builder().insert(), 'execute', 'insert', true)
  around(builder().update(), 'execute', 'update', true)
  around(builder().delete(), 'execute', 'delete', true)
  around(builder().softDelete(), 'execute', 'softDelete', true)
  // TypeORM handles no error of the promise of a lazy relation, so one that is refused is an error of its getter.
  wrap(dataSource.relationLoader, 'load', (loader: object, load: () => unknown, relation: RelationMetadata) => {
    for (const guard of guards.get(dataSourceOf(loader))?.values() ?? [])
      guard.assertAllowed(modelName(relation.inverseEntityMetadata), `find (${relation.propertyPath})`)
    return load()
  })
}

function around(builder: object, name: string, operation: string, isWrite: boolean): void {
  wrap(builder, name, async (own: Builder, original: () => Promise<unknown>, runner?: QueryRunner) => {
    const session = sessionOf(dataSourceOf(own))
    if (session) return await (isWrite ? original() : reading(session, runner, () => original()))
    assertGuarded(own, operation, isWrite)
    return await original()
  })
}

function assertGuarded(builder: Builder, operation: string, isWrite: boolean): void {
  const dataSource = dataSourceOf(builder)
  const known = guards.get(dataSource)
  if (!known) return
  const { isOwn, placed } = notesOf(builder)
  if (isOwn || isSending(Reflect.get(builder, 'queryRunner'))) return
  const { mainAlias } = builder.expressionMap
  for (const guard of known.values()) {
    if (isWrite) guard.assertMayWrite()
    if (!placed)
      guard.assertAllowed(
        mainAlias?.hasMetadata ? modelName(mainAlias.metadata) : (mainAlias?.name ?? 'query'),
        operation,
      )
    for (const [entity, path] of isWrite ? [] : shown(builder))
      guard.assertAllowed(modelName(entity), `${operation} (${path})`)
  }
}

/** Returns the entities of which a query shows rows, keys or numbers beside its own rows, with their aliases or paths. */
function shown(builder: Builder): readonly (readonly [EntityMetadata, string])[] {
  const joined = builder.expressionMap.joinAttributes.flatMap(({ isSelected, metadata, alias }) =>
    isSelected && metadata ? [[metadata, alias.name] as const] : [],
  )
  const queried = queriedRelations(builder).map((one) => [one.inverseEntityMetadata, one.propertyPath] as const)
  return [...joined, ...queried]
}

function unscopedQuery(message: string, data: { readonly model: string; readonly operation: string }): Error {
  return unsupportedOperation(message, {
    hint: "use authorizedManager(user), authorizedFilter(user, Entity), or say why not: authorizedManager(user).unguarded('the reason')",
    data,
  })
}
