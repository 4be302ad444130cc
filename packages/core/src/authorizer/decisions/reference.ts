import type { Schema } from '../../schema/schema.js'

/** The value of a key: of its column, or of each of several columns. */
export type KeyValue = string | number | bigint | boolean | null | undefined

/** A row by its model and its key. */
export interface Reference {
  /** Undefined if it is unknown, for example that of an undefined actor. */
  readonly model: string | undefined
  /** Undefined if the model declares no key, or if the row does not have it. */
  readonly key?: KeyValue | { readonly [column: string]: KeyValue }
}

const masked = '(masked)'

/** The maximum length of a text in a key. Those of databases, such as UUIDs and slugs, are shorter. */
const mostText = 200

/**
 * Returns a row, a class, or the name of a model as a reference.
 * @param mask - The columns whose values are not shown, such as `User.email`.
 */
export function referenceTo(schema: Schema, of: unknown, mask: ReadonlySet<string>): Reference {
  const isName = typeof of === 'string' && schema.models.has(of)
  if (isName) return { model: of }
  if (typeof of === 'function') return { model: schema.modelOfClass(of)?.name }
  const model = schema.modelOf(of)?.name
  const columns = model === undefined ? undefined : schema.key(model)
  // Sound: a value with a key is a row.
  if (columns === undefined) return { model }
  const row = of as object
  if (columns.length === 1) return { model, key: columnOf(schema, model!, row, columns[0]!, mask) }
  return { model, key: Object.fromEntries(columns.map((one) => [one, columnOf(schema, model!, row, one, mask)])) }
}

function columnOf(schema: Schema, model: string, row: object, column: string, mask: ReadonlySet<string>): KeyValue {
  if (mask.size > 0 && schema.ancestors(model).some((name) => mask.has(`${name}.${column}`))) return masked
  try {
    const value: unknown = Reflect.get(row, column)
    if (typeof value === 'symbol' || typeof value === 'function') return undefined
    if (typeof value === 'string') return clipped(value)
    // Sound: the others are values of a key.
    if (typeof value !== 'object' || value === null) return value as KeyValue
    return value instanceof Date ? value.toISOString() : clipped(String(value))
  } catch {
    // A getter of the application.
    return undefined
  }
}

/** Returns the start of a long text, since a client can choose the key of a row. */
function clipped(text: string): string {
  return text.length > mostText ? `${text.slice(0, mostText)}…` : text
}

/** Returns a key for JSON, which has no bigint. */
export function inJson(key: Reference['key']): Reference['key'] {
  const plain = <Value>(value: Value): Value | string => (typeof value === 'bigint' ? String(value) : value)
  if (typeof key !== 'object' || key === null) return plain(key)
  return Object.fromEntries(Object.entries(key).map(([name, value]) => [name, plain(value)]))
}
