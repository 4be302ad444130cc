import type { RelationField } from './model.js'
import { tag } from './tags.js'

/**
 * The row that a to-one relation leads to, where the relation is not loaded but the foreign key is there: an object that has the
 * referenced columns alone, which is enough to compare it. Nil for a nil key.
 * @returns undefined where the key is not known.
 */
export function referencedRow(object: object, field: RelationField): object | null | undefined {
  if (field.many || field.from.length === 0) return undefined
  // columns are named by the schema, which the compiler does not know
  const keys = field.from.map((name) => (object as Readonly<Record<string, unknown>>)[name])
  if (keys.some((key) => key === undefined)) return undefined
  if (keys.some((key) => key === null)) return null
  const row = Object.fromEntries(field.to.map((name, index) => [name, keys[index]]))
  tag(row, field.model)
  return row
}
