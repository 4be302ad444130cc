import type { KnownRow } from '../../condition/condition.js'
import { rowType } from '../../condition/type.js'
import { unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'

/**
 * Returns the database row of an object; undefined if its key is incomplete, as before it is saved.
 */
export function knownRow(schema: Schema, object: object): KnownRow | undefined {
  const model = schema.modelOf(object)?.name
  if (model === undefined) return undefined
  // A row known by a foreign key has only the columns that the key refers to.
  const names = unloadedRelation(object) ? Object.keys(object) : (schema.key(model) ?? [])
  const key = names.map((field) => ({ field, value: Reflect.get(object, field) as unknown }))
  if (key.length === 0 || !key.every(({ field, value }) => isKeyValue(schema, model, field, value))) return undefined
  const name = `${model}(${key.map(({ value }) => String(value)).join(', ')})`
  return { kind: 'row', name, model, key, type: rowType(schema, model, false, true) }
}

function isKeyValue(schema: Schema, model: string, field: string, value: unknown): boolean {
  return value !== undefined && value !== null && schema.field(model, field)?.kind !== 'relation'
}

/** Returns a text that is equal for the same row. */
export function identityOfRow({ model, key }: KnownRow): string {
  return JSON.stringify([model, ...key.map(({ field, value }) => [field, typeof value, String(value)])])
}
