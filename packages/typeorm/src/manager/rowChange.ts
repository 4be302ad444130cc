import { isStored } from '@arcturus/core/internal/typeorm'
import type { RowChange, Values } from '@arcturus/writes/internal/typeorm'
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
    const { isVirtual, embeddedMetadata, propertyName: name, isGenerated } = column
    const field = schema.field(entity.name, name)
    if (isVirtual || embeddedMetadata || isGenerated || field?.kind !== 'scalar') return []
    const { initial, nullable, list } = field
    const otherwise = initial || !nullable || list ? undefined : null
    const value = initial && initial !== 'generated' ? initial.value : otherwise
    return [{ name, from: columnName(column), field, initial: value }]
  })
  return (columns) => {
    const known: Record<string, unknown> = {}
    for (const { name, from, field, initial } of all) {
      const given = columns[from]
      if (given === null ? field.nullable : isStored(field, given)) known[name] = given
      if (given === undefined && initial !== undefined) known[name] = initial
    }
    return known
  }
}
