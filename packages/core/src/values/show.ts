import type { Schema } from '../schema/schema.js'

/**
 * Returns the text of a value of the application in a message: its class and its key, without its
 * other content.
 */
export function showObject(schema: Schema, value: unknown): string {
  switch (typeof value) {
    case 'object':
      break
    case 'function':
      return `class ${schema.modelOfClass(value)?.name ?? value.name}`
    case 'string':
      return `"${value}"`
    default:
      return String(value)
  }
  if (value === null) return 'nil'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
  const model = schema.baseOf(value)
  const name = model?.name ?? classNameOf(value)
  const key = model && schema.key(model.name)
  // Sound: fields that the schema declares and the compiler does not know.
  const row = value as Readonly<Record<string, unknown>>
  return key ? `${name} { ${key.map((field) => `${field}: ${shownKey(row[field])}`).join(', ')} }` : name
}

/** Returns a part of a key on one line: keys can be texts that users chose. */
function shownKey(part: unknown): string {
  const text = String(part)
  return /\p{Cc}/u.test(text) ? JSON.stringify(text) : text
}

function classNameOf(value: object): string {
  const cls: unknown = value.constructor
  return typeof cls === 'function' && cls.name !== '' ? cls.name : 'an object'
}
