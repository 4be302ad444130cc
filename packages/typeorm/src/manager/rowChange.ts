import type { RowChange } from '@arcturus/writes/internal/typeorm'
import type { ColumnMetadata } from 'typeorm/metadata/ColumnMetadata.js'
import { columnName } from './entityRelations.js'
import { fieldOf } from './readableTables.js'

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
