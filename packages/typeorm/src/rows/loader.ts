import { RelationNotLoadedError } from '@arcturus/core'
import { isPartial, type Load, type Wanted } from '@arcturus/core/filters'
import type { DataSource } from 'typeorm'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import type { RelationMetadata } from 'typeorm/metadata/RelationMetadata.js'
import { isInherited, relationsOf } from '../schema/entities.js'
import type { References } from '../schema/references.js'
import { Batch } from './batch.js'

/** A row by its key, or by other columns that are unique: their names, and the values that tell it. */
interface Known {
  readonly names: readonly string[]
  readonly values: readonly unknown[]
}

/**
 * Gets what is not loaded of rows, for all rows that are asked for at the same time by one query: a relation, or the columns that are
 * embedded under a property. A row that names the other one by its reference need not be in the database itself: it may be about
 * to be created.
 */
export function relationLoader(dataSource: DataSource, references: References): Load {
  const entities = new Map(dataSource.entityMetadatas.map((entity) => [entity.name, entity]))
  // Shared by all questions: a batch is of one kind of rows, and each answer in it is found by the row that was asked for.
  const batches = new Map<string, Batch<Known, unknown>>()
  const batch = (
    name: string,
    load: (known: readonly Known[]) => Promise<Map<string, unknown>>,
  ): Batch<Known, unknown> => {
    const opened = batches.get(name) ?? new Batch(load, identity)
    batches.set(name, opened)
    return opened
  }

  return async (wanted) => {
    const { object, name, model } = wanted
    const entity = model === undefined ? undefined : entities.get(model)
    if (!entity) throw notLoaded(wanted, 'its model is no entity of the data source')
    const relation = relationsOf(entity).find((one) => one.propertyName === name)
    const reference = relation && referenceOf(relation, object, references)
    if (reference === null) return null
    if (relation && reference) {
      const { inverseEntityMetadata: other } = relation
      const rows = batch(`${other.name} ${reference.names.join(' ')}`, (known) => findRows(dataSource, other, known))
      return asIs(wanted, reference, await rows.get(reference)) ?? null
    }
    const key = keyOf(entity, object)
    if (!key) throw notLoaded(wanted, 'its key is not on the row')
    const rows = batch(`${entity.name}.${name}`, (known) => findRows(dataSource, entity, known, relation))
    const row = asIs(wanted, key, await rows.get(key))
    if (row === undefined) throw notLoaded(wanted, 'the row is not in the database')
    // To read a lazy relation that is loaded begins nothing.
    if (typeof row === 'object' && row !== null && isPartial(row, name, property(row, name)))
      throw notLoaded(wanted, 'a listener (`afterLoad`) changes it')
    // Of a relation that is lazy this is a promise of what is loaded already.
    return await property(row, name)
  }
}

/** In the place of a row that was not found by its values, though the database found a row by others that it takes for equal. */
const otherwise = Symbol('otherwise')

async function findRows(
  dataSource: DataSource,
  entity: EntityMetadata,
  known: readonly Known[],
  relation?: RelationMetadata,
): Promise<Map<string, unknown>> {
  const { names } = known[0]!
  const found = new Map<string, unknown>()
  const query = dataSource.createQueryBuilder<object>(entity.target, 'arc_row')
  if (relation) {
    query
      .select(names.map((name) => `arc_row.${name}`))
      .leftJoinAndSelect(`arc_row.${relation.propertyPath}`, 'arc_related')
    // What a check says can depend on the order of the rows.
    for (const { propertyPath } of relation.inverseEntityMetadata.primaryColumns)
      query.addOrderBy(`arc_related.${propertyPath}`)
  }
  // Those that TypeORM leaves out of rows (`select: false`) are asked for by their names.
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
  // A database can find 'A' by 'a': then nobody knows which row was found by which value.
  const isSure = known.filter((one) => found.has(identity(one))).length === found.size
  if (!isSure) for (const one of known) if (!found.has(identity(one))) found.set(identity(one), otherwise)
  return found
}

/**
 * The row that was found. Databases find 1 by the text '1', which equals no number to a policy; but what a driver gives as a text may
 * be a number to the application.
 * @throws RelationNotLoadedError for a row that was asked for by a text and has a number
 */
function asIs(wanted: Wanted, { names, values }: Known, row: unknown): unknown {
  const isOther = names.some((name, at) => typeof values[at] === 'string' && typeof property(row, name) === 'number')
  if (isOther) throw notLoaded(wanted, 'its key is a text, and a number in the database')
  if (row === otherwise) throw notLoaded(wanted, 'the database finds its row by another key, which it takes for equal')
  return row
}

/**
 * The other row by the columns that refer to it, null where these are nil; undefined where the row does not have them, or they
 * do not name one.
 */
function referenceOf(relation: RelationMetadata, row: object, references: References): Known | null | undefined {
  const columns = references.columnsOf(relation)
  const values = columns.map(({ from }) => property(row, from))
  if (values.length === 0 || !values.every((value) => value === null || textOf(value) !== undefined)) return undefined
  return values.some((value) => value === null) ? null : { names: columns.map(({ to }) => to), values }
}

function keyOf({ primaryColumns }: EntityMetadata, row: object): Known | undefined {
  if (primaryColumns.some((column) => column.embeddedMetadata)) return undefined
  const names = primaryColumns.map(({ propertyName }) => propertyName)
  const values = names.map((name) => property(row, name))
  if (names.length === 0 || values.some((value) => textOf(value) === undefined)) return undefined
  return { names, values }
}

/** The same for the same row, and for no other. */
function identity({ values }: Known): string {
  return JSON.stringify(values.map(textOf))
}

/**
 * What tells a value from all others of its column, whatever the driver gives numbers as; undefined for nil, and for an object that an
 * application made of a value, of which nothing is known.
 */
function textOf(value: unknown): string | undefined {
  if (value instanceof Date) return String(value.getTime())
  // As a text of its own, bytes that are no characters would be one and the same.
  if (value instanceof Uint8Array) return Array.from(value).join()
  return value === undefined || typeof value === 'object' ? undefined : String(value)
}

function property(of: unknown, name: string): unknown {
  return typeof of === 'object' && of !== null ? Reflect.get(of, name) : undefined
}

function notLoaded({ name, model }: Wanted, why: string): RelationNotLoadedError {
  return new RelationNotLoadedError(
    'relation-not-loaded',
    `The relation "${name}" of this ${model ?? 'object'} is not loaded, and can't be: ${why}.`,
    { hint: `load it with the row: relations: { ${name}: true }`, data: { model, relation: name } },
  )
}
