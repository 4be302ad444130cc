import type { RowChange, Values } from '@arcturus/writes'
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

/** Returns a function that reads what an object writes to columns of a row. */
export function changesOf(columns: readonly ColumnMetadata[]): (values: object) => EntityChange {
  const all = columns.map((column) => {
    const { relationMetadata: relation } = column
    return { column, to: columnName(column), fields: [fieldOf(column), ...(relation ? [relation.propertyName] : [])] }
  })
  return (values) => {
    const found: Record<string, unknown> = {}
    const names: string[] = []
    for (const { column, to, fields } of all) {
      const value = referenced(column, column.getEntityValue(values))
      if (value === undefined) continue
      found[to] = value
      for (const name of fields) if (!names.includes(name) && Reflect.get(values, name) !== undefined) names.push(name)
    }
    return { columns: found, names, isStable: Reflect.ownKeys(values).every((key) => isData(values, key)) }
  }
}

function isData(values: object, key: PropertyKey): boolean {
  return Object.getOwnPropertyDescriptor(values, key)?.get === undefined
}

/** Returns the value of a reference, which can be given as the row that it leads to. */
export function referenced(column: ColumnMetadata, value: unknown): unknown {
  const { referencedColumn: to } = column
  if (!to || typeof value !== 'object' || value === null || value instanceof Date || ArrayBuffer.isView(value))
    return value
  return to.getEntityValue(value)
}

/**
 * Returns a function that returns the columns of a new row which the database stores as they are given, or by a
 * literal default.
 */
export function knownValuesOf({ authorizer: { schema } }: Parts, entity: EntityMetadata): (columns: Values) => Values {
  const all = entity.columns.flatMap((column) => {
    const { isVirtual, embeddedMetadata, propertyName: name, transformer, isGenerated } = column
    if (isVirtual || embeddedMetadata || isGenerated) return []
    const field = schema.field(entity.name, name)
    const isPlain = field?.kind === 'scalar' && field.initial !== 'generated'
    const otherwise = isPlain && !field.initial && field.nullable && !field.list ? null : undefined
    const initial = isPlain && field.initial ? field.initial.value : otherwise
    return [{ name, from: columnName(column), isKnown: transformer ? () => false : storedBy(column), initial }]
  })
  return (columns) => {
    const known: Record<string, unknown> = {}
    for (const { name, from, isKnown, initial } of all) {
      const given = columns[from]
      if (given !== undefined && isKnown(given)) known[name] = given
      if (given === undefined && initial !== undefined) known[name] = initial
    }
    return known
  }
}

/** Returns a function that returns whether every database reads a value of a column as it was written. */
export function storedBy({ type, isArray, isNullable }: ColumnMetadata): (value: unknown) => boolean {
  const name = typeof type === 'function' ? type.name.toLowerCase() : String(type)
  const isBoolean = /^bool(ean)?$/.test(name)
  const isNumber = /^(number|int|integer|int2|int4|smallint|mediumint)$/.test(name)
  const isText = /^(string|varchar|character varying|text|enum|simple-enum)$/.test(name)
  return (value) => {
    if (isArray) return false
    if (value === null) return isNullable
    if (typeof value === 'boolean') return isBoolean
    if (typeof value === 'number') return isNumber && Number.isSafeInteger(value)
    return typeof value === 'string' && isText
  }
}
