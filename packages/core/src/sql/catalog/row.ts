/** A text of a row that a catalog gave; drivers give some as bytes. */
export function textOf(row: object, name: string): string {
  const value: unknown = Reflect.get(row, name)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return value === null || value === undefined ? '' : String(value)
}

/** The same in lower case, as names are compared. */
export function nameOf(row: object, name: string): string {
  return textOf(row, name).toLowerCase()
}

/** A list that the catalog gave as JSON. */
export function listOf(row: object, name: string): readonly string[] {
  const text = textOf(row, name)
  if (text === '') return []
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.map(String) : []
}
