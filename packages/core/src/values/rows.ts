import type { Schema } from '../schema/schema.js'
import { scalarsEqual } from './equality.js'

/**
 * Whether two objects are the same row: instances of models with one root whose key is declared, complete and equal.
 * Where no key is declared, a part of it is nil or missing, or one of them is of no model, they are the same row only
 * when they are the same object.
 */
export function sameRow(schema: Schema, left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  const a = schema.modelOf(left)
  const b = schema.modelOf(right)
  if (!a || !b) return false
  if (a !== b && rootOf(schema, a.name) !== rootOf(schema, b.name)) return false
  const key = schema.key(a.name)
  return (
    key !== undefined && key.length > 0 && key.every((field) => keysEqual(partOf(left, field), partOf(right, field)))
  )
}

/** What identifies a row among all values: text for a row whose key is complete, else the object itself. */
export function identityOf(schema: Schema, value: object): unknown {
  const model = schema.modelOf(value)
  const key = model && schema.key(model.name)
  if (!model || !key || key.length === 0) return value
  const parts = key.map((field) => partOf(value, field))
  if (parts.some((part) => part === null || part === undefined)) return value
  const texts = parts.map((part) =>
    part instanceof Date ? `date ${part.getTime()}` : `${typeof part} ${String(part)}`,
  )
  return JSON.stringify([rootOf(schema, model.name), ...texts])
}

function keysEqual(left: unknown, right: unknown): boolean {
  if (left === null || left === undefined || right === null || right === undefined) return false
  return left === right || scalarsEqual(left, right) === true
}

function partOf(row: object, field: string): unknown {
  // a key names fields of the row, whose types the schema knows but the compiler does not
  return (row as Readonly<Record<string, unknown>>)[field]
}

function rootOf(schema: Schema, name: string): string {
  const ancestors = schema.ancestors(name)
  return ancestors[ancestors.length - 1] ?? name
}
