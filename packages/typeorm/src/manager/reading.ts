import { findKeyed, writeDenial } from '@arcturus/writes/internal/typeorm'
import type { QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationLoader } from 'typeorm/query-builder/RelationLoader.js'
import { type Builder, queriedRelations } from '../rows/builders.js'
import { loadedRelations, objectsOf } from '../rows/loadedRelations.js'
import { modelName } from '../schema/entities.js'
import { columnName } from './entityRelations.js'
import { fieldOf, type HiddenColumns } from './readableTables.js'
import { keyValues, textOf } from './rowKeys.js'
import type { Session } from './session.js'
import { EntityStore } from './store.js'

/**
 * Asserts that a query follows only relations that every row shows.
 * @throws ForbiddenError, UnauthenticatedError that names the others
 */
export function assertVisible(builder: Builder, { tables, actor }: Session): void {
  const joined = builder.expressionMap.joinAttributes.map(({ relation }) => relation)
  const relations = [...joined, ...queriedRelations(builder)]
  const hidden = relations.filter(
    (relation) => relation && !tables.showsRelation(modelName(relation.entityMetadata), relation.propertyName),
  )
  if (hidden.length > 0) throw writeDenial(actor, true, [...new Set(hidden.map((one) => one!.propertyName))])
}

/**
 * Completes the rows of a query: columns that a row does not show are left out, and lazy relations load
 * only rows that may be read.
 */
export async function finishRows(
  rows: readonly object[],
  entity: EntityMetadata | undefined,
  session: Session,
  runner: QueryRunner,
): Promise<void> {
  if (!entity) return
  const found = new Map<EntityMetadata, Set<object>>()
  collect(rows, entity, found)
  for (const [of, own] of found) {
    const hidden = session.tables.hiddenColumns(of)
    if (hidden.size > 0) await leaveOut([...own], of, hidden, session, runner)
  }
  makeLazy(found, session)
}

/** Makes the lazy relations of rows load only rows that may be read. */
export function makeLazy(found: ReadonlyMap<EntityMetadata, ReadonlySet<object>>, session: Session): void {
  const { parts } = session
  if (!parts.dataSource.entityMetadatas.some(({ lazyRelations }) => lazyRelations.length > 0)) return
  const loader = relationLoaderOf(session)
  for (const [{ lazyRelations }, rows] of found)
    for (const relation of lazyRelations) for (const row of rows) loader.enableLazyLoad(relation, row)
}

/** Returns the loader of lazy relations whose queries are those of the session's manager. */
function relationLoaderOf({ parts, ...session }: Session): RelationLoader {
  const { connection } = parts.manager({ parts, ...session })
  // Sound: the data source of a manager has a loader.
  return Reflect.get(connection, 'relationLoader') as RelationLoader
}

function collect(rows: readonly object[], entity: EntityMetadata, found: Map<EntityMetadata, Set<object>>): void {
  for (const row of rows) {
    const of = entity.childEntityMetadatas.length > 0 ? entity.findInheritanceMetadata(row) : entity
    const known = found.get(of) ?? new Set()
    if (known.has(row)) continue
    found.set(of, known.add(row))
    for (const { relation, value } of loadedRelations(row, of))
      collect(objectsOf(value), relation.inverseEntityMetadata, found)
  }
}

/** A column that is null may be null, or hidden: the rows that show it are looked up. */
async function leaveOut(
  rows: readonly object[],
  entity: EntityMetadata,
  hidden: HiddenColumns,
  session: Session,
  runner: QueryRunner,
): Promise<void> {
  const store = new EntityStore(session.parts, runner)
  for (const [field, visible] of hidden) {
    const columns = entity.columns.filter((column) => fieldOf(column) === field)
    const empty = rows.filter((row) => columns.every((column) => (column.getEntityValue(row) ?? null) === null))
    const shown = visible && empty.length > 0 ? await shownRows(empty, entity, visible, store) : new Set<object>()
    for (const row of empty) if (!shown.has(row)) Reflect.deleteProperty(row, field)
  }
}

async function shownRows(
  rows: readonly object[],
  entity: EntityMetadata,
  visible: NonNullable<ReturnType<HiddenColumns['get']>>,
  store: EntityStore,
): Promise<ReadonlySet<object>> {
  const name = modelName(entity)
  const keys = new Map(rows.map((row) => [row, keyValues(entity, row)]))
  const known = [...keys.values()].filter((key) => Object.values(key).every((value) => (value ?? null) !== null))
  const found = await findKeyed(store, name, known, [visible], entity.primaryColumns.map(columnName))
  const texts = new Set(found.map((row) => textOf(row)))
  return new Set(rows.filter((row) => texts.has(textOf(keys.get(row)!))))
}
