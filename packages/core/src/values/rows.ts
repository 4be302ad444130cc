import type { Model } from '../schema/model.js'
import type { Schema } from '../schema/schema.js'
import { scalarsEqual } from './equality.js'

/** A row of which a part of the key is undefined, most likely because it was not selected: it can't be told from others. */
export class PartialRow {
  readonly row: object
  readonly missing: string

  constructor(row: object, missing: string) {
    this.row = row
    this.missing = missing
  }
}

/**
 * Whether two objects are the same row: instances of models that share their rows, whose key is complete and equal.
 * @returns undefined where keys do not decide: one of them is of no model, or has no key, or a part of it is nil; the one of
 * which a part of the key is undefined, where both have one.
 */
export function sameRow(schema: Schema, left: unknown, right: unknown): boolean | PartialRow | undefined {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return undefined
  const a = schema.modelOf(left)
  const b = schema.modelOf(right)
  if (!a || !b) return undefined
  if (a !== b && !shareRows(schema, a.name, b.name)) return false
  const x = keyOf(schema, a, left)
  const y = keyOf(schema, b, right)
  if (!x || !y) return undefined
  if (x instanceof PartialRow) return x
  if (y instanceof PartialRow) return y
  return x.length === y.length && x.every((part, at) => part === y[at] || scalarsEqual(part, y[at]) === true)
}

/** What identifies an object among all others: a text for a row whose key is complete, else the object itself. */
export function identityOf(schema: Schema, value: object): unknown {
  const model = schema.modelOf(value)
  const key = model && keyOf(schema, model, value)
  if (!key || key instanceof PartialRow) return value
  const parts = key.map((part) => (part instanceof Date ? `date ${part.getTime()}` : `${typeof part} ${String(part)}`))
  const owner = schema.ancestors(model.name).findLast((name) => (schema.models.get(name)?.key ?? []).length > 0)
  return JSON.stringify([owner, ...parts])
}

/** The values of a row's key; undefined where the model has none, or a part of it is nil. */
function keyOf(schema: Schema, model: Model, row: object): readonly unknown[] | PartialRow | undefined {
  const names = schema.key(model.name)
  if (!names || names.length === 0) return undefined
  const parts: unknown[] = []
  for (const name of names) {
    // a key names fields of the row, which the schema knows and the compiler does not
    const part = (row as Readonly<Record<string, unknown>>)[name]
    if (part === undefined) return new PartialRow(row, name)
    if (part === null) return undefined
    parts.push(part)
  }
  return parts
}

/** Whether two models have one root, and rows with one kind of key. */
export function shareRows(schema: Schema, a: string, b: string): boolean {
  const [left, right] = [schema.keyOwner(a), schema.keyOwner(b)]
  if (left !== undefined && right !== undefined) return left === right
  return rootOf(schema, a) === rootOf(schema, b)
}

function rootOf(schema: Schema, name: string): unknown {
  const root = schema.ancestors(name).at(-1) ?? name
  return schema.models.get(root)?.class ?? root
}
