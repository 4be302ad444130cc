import type { RowChange, Values } from '@arcturus/core/writes'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import type { EntityMetadata } from 'typeorm/metadata/EntityMetadata.js'
import { columnName } from './entityRelations.js'
import { fieldOf } from './readableTables.js'
import type { Parts } from './session.js'

/** Stands for the key of a row that is not inserted yet. */
export const pending: unique symbol = Symbol('pending')

/** What a row gets, and whether reading it again returns the same. */
export interface EntityChange extends RowChange {
  readonly isStable: boolean
}

/**
 * Reads what an object writes to a row.
 * @param columns - The columns that are written. Default: all.
 */
export function changeOf(
  entity: EntityMetadata,
  values: object,
  columns: readonly ColumnMetadata[] = entity.columns,
): EntityChange {
  const found: Record<string, unknown> = {}
  const names = new Set<string>()
  for (const column of columns) {
    const value = referenced(column, column.getEntityValue(values))
    if (value === undefined) continue
    found[columnName(column)] = value
    const { relationMetadata: relation } = column
    for (const name of [fieldOf(column), relation?.propertyName])
      if (name !== undefined && Reflect.get(values, name) !== undefined) names.add(name)
  }
  const isStable = Object.values(Object.getOwnPropertyDescriptors(values)).every(({ get }) => get === undefined)
  return { columns: found, names: [...names], isStable }
}

/** Returns the value of a reference, which can be given as the row that it leads to. */
export function referenced(column: ColumnMetadata, value: unknown): unknown {
  const { referencedColumn: to } = column
  if (!to || typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return value
  return to.getEntityValue(value)
}

/** Returns the columns of a new row that the database stores as they are given, or by a literal default. */
export function knownValues({ authorizer: { schema } }: Parts, entity: EntityMetadata, columns: Values): Values {
  const known: Record<string, unknown> = {}
  for (const column of entity.columns) {
    const { isVirtual, embeddedMetadata, propertyName: name, transformer, isGenerated } = column
    if (isVirtual || embeddedMetadata || isGenerated) continue
    const given = columns[columnName(column)]
    if (given !== undefined) {
      if (!transformer && isStored(column, given)) known[name] = given
      continue
    }
    const field = schema.field(entity.name, name)
    if (field?.kind !== 'scalar' || field.initial === 'generated') continue
    if (field.initial) known[name] = field.initial.value
    else if (field.nullable && !field.list) known[name] = null
  }
  return known
}

/** Returns whether every database reads a value as it was written. */
export function isStored({ type, isArray, isNullable }: ColumnMetadata, value: unknown): boolean {
  const name = typeof type === 'function' ? type.name.toLowerCase() : String(type)
  if (isArray) return false
  if (value === null) return isNullable
  if (typeof value === 'boolean') return /^bool(ean)?$/.test(name)
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && /^(number|int|integer|int2|int4|smallint|mediumint)$/.test(name)
  return typeof value === 'string' && /^(string|varchar|character varying|text|enum|simple-enum)$/.test(name)
}
