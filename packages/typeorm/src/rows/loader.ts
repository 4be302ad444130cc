import { isPartial, type Load, RelationNotLoadedError, type Wanted } from '@arcturus/core/internal/typeorm'
import type { DataSource, QueryRunner } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { isInherited, modelName, relationsOf } from '../schema/entities.js'
import type { References } from '../schema/references.js'
import { Batch } from './batch.js'
import { own } from './builders.js'
import { property } from './loadedRelations.js'

/** Identifies a row by its key or by other unique columns, as names and values. */
interface RowKey {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * Returns a function that loads a missing relation of a row, or the columns embedded under a
 * property. Concurrent requests share one query.
 *
 * If a row has a reference to the other row, it need not be in the database itself: it may be about
 * to be created.
 * @param runner - The query runner that reads. Default: one of the pool.
 */
export function relationLoader(dataSource: DataSource, references: References, runner?: QueryRunner): Load {
  const entities = new Map(dataSource.entityMetadatas.map((entity) => [modelName(entity), entity]))
  // Shared by all requests. A batch is for one kind of rows, and finds each result by the identity
  // of the requested row.
  const batches = new Map<string, Batch<RowKey, unknown>>()
  const batch = (
    name: string,
    load: (known: readonly RowKey[]) => Promise<Map<string, unknown>>,
  ): Batch<RowKey, unknown> => {
    const opened = batches.get(name) ?? new Batch(load, identity)
    batches.set(name, opened)
    return opened
  }

  return async (wanted) => {
    const { object, name, model } = wanted
    const entity = model === undefined ? undefined : entities.get(model)
    if (!entity) throw notLoaded(wanted, 'its model is not an entity of the data source')
    const relation = relationsOf(entity).find((one) => one.propertyName === name)
    const reference = relation && referenceOf(relation, object, references)
    if (reference === null) return null
    if (relation && reference) {
      const { inverseEntityMetadata: other } = relation
      const rows = batch(`${other.name} ${reference.names.join(' ')}`, (known) =>
        findRows(dataSource, other, known, undefined, runner),
      )
      return asIs(wanted, reference, await rows.get(reference)) ?? null
    }
    const key = keyOf(entity, object)
    if (!key) throw notLoaded(wanted, 'the row has no key')
    const rows = batch(`${entity.name}.${name}`, (known) => findRows(dataSource, entity, known, relation, runner))
    const row = asIs(wanted, key, await rows.get(key))
    if (row === undefined) throw notLoaded(wanted, 'the row does not exist')
    // Reading a loaded lazy relation starts no load.
    if (typeof row === 'object' && row !== null && isPartial(row, name, property(row, name)))
      throw notLoaded(wanted, 'a listener (`afterLoad`) changes it')
    // A lazy relation is a promise of the value that is already loaded.
    return await property(row, name)
  }
}

/**
 * Marks a row not found by its values if the database found a row by other values that it compares
 * as equal.
 */
const otherwise = Symbol('otherwise')

async function findRows(
  dataSource: DataSource,
  entity: EntityMetadata,
  known: readonly RowKey[],
  relation?: RelationMetadata,
  runner?: QueryRunner,
): Promise<Map<string, unknown>> {
  const { names } = known[0]!
  const found = new Map<string, unknown>()
  const query = own(dataSource.createQueryBuilder<object>(entity.target, 'arc_row', runner))
  // A replica can be older than a revocation.
  Object.assign(query, { obtainQueryRunner: () => runner ?? dataSource.createQueryRunner('master') })
  if (relation) {
    query
      .select(names.map((name) => `arc_row.${name}`))
      .leftJoinAndSelect(`arc_row.${relation.propertyPath}`, 'arc_related')
    // The result of a check can depend on the order of the rows.
    for (const { propertyPath } of relation.inverseEntityMetadata.primaryColumns)
      query.addOrderBy(`arc_related.${propertyPath}`)
  }
  // Columns that TypeORM omits from rows (`select: false`) are selected by name.
  const [alias, loaded] = relation ? ['arc_related', relation.inverseEntityMetadata] : ['arc_row', entity]
  for (const { isSelect, isVirtual, propertyPath, target } of loaded.columns)
    if (!isSelect && !isVirtual && isInherited(loaded, target)) query.addSelect(`${alias}.${propertyPath}`)
  const columns = names.map((name) => entity.findColumnWithPropertyName(name)!)
  const parameters: Record<string, unknown> = {}
  const conditions = known.map(({ values }, row) =>
    names
      .map((name, at) => {
        parameters[`arc_${row}_${at}`] = dataSource.driver.preparePersistentValue(values[at], columns[at]!)
        return `arc_row.${name} = :arc_${row}_${at}`
      })
      .join(' AND '),
  )
  const rows = await query.where(conditions.map((one) => `(${one})`).join(' OR '), parameters).getMany()
  for (const row of rows) found.set(identity({ names, values: names.map((name) => property(row, name)) }), row)
  // A database can find 'A' by 'a'. In the same query, 'A' may have found it.
  const missing = known.filter((one) => !found.has(identity(one)))
  if (missing.length < known.length && missing.length > 0)
    for (const [one, row] of await findRows(dataSource, entity, missing, relation, runner)) found.set(one, row)
  else if (found.size > 0) for (const one of missing) found.set(identity(one), otherwise)
  return found
}

/**
 * Returns the row found. Databases find 1 by the string '1', which equals no number in a policy.
 * However, a driver's string may be a number to the application.
 * @throws RelationNotLoadedError if the requested key is a string and the row's key a number. Also
 * if the database found the row by another key that it compares as equal.
 */
function asIs(wanted: Wanted, { names, values }: RowKey, row: unknown): unknown {
  const isOther = names.some((name, at) => typeof values[at] === 'string' && typeof property(row, name) === 'number')
  if (isOther) throw notLoaded(wanted, 'its key is a string here and a number in the database')
  if (row === otherwise) throw notLoaded(wanted, 'the collation of the database treats another key as equal')
  return row
}

/**
 * Returns the other row's identity by the columns that refer to it, or null if one of these is
 * null. Returns undefined if the row lacks these columns or they identify no row.
 */
function referenceOf(relation: RelationMetadata, row: object, references: References): RowKey | null | undefined {
  const columns = references.columnsOf(relation)
  const values = columns.map(({ from }) => property(row, from))
  if (values.length === 0 || !values.every((value) => value === null || textOf(value) !== undefined)) return undefined
  return values.some((value) => value === null) ? null : { names: columns.map(({ to }) => to), values }
}

function keyOf({ primaryColumns }: EntityMetadata, row: object): RowKey | undefined {
  if (primaryColumns.some((column) => column.embeddedMetadata)) return undefined
  const names = primaryColumns.map(({ propertyName }) => propertyName)
  const values = names.map((name) => property(row, name))
  if (names.length === 0 || values.some((value) => textOf(value) === undefined)) return undefined
  return { names, values }
}

/** Returns a string that is unique per row. */
function identity({ values }: RowKey): string {
  return JSON.stringify(values.map(textOf))
}

/**
 * Returns a string that is unique per value of a column, in whatever form the driver returns
 * numbers. Returns undefined for nil, and for an object that an application made from a value,
 * because its contents are unknown.
 */
function textOf(value: unknown): string | undefined {
  if (value instanceof Date) return String(value.getTime())
  // `String` of a `Buffer` would decode all invalid bytes to the same character.
  if (value instanceof Uint8Array) return Array.from(value).join()
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}

function notLoaded({ name, model }: Wanted, why: string): RelationNotLoadedError {
  return new RelationNotLoadedError(
    'relation-not-loaded',
    `The relation "${name}" of this ${model ?? 'object'} is not loaded and cannot be loaded: ${why}.`,
    { hint: `load it with the row: relations: { ${name}: true }`, data: { model, relation: name } },
  )
}
