/** Returns a text from a catalog row. Some drivers return some texts as bytes. */
export function textOf(row: object, name: string): string {
  const value: unknown = Reflect.get(row, name)
  if (value instanceof Uint8Array) return new TextDecoder().decode(value)
  return value === null || value === undefined ? '' : String(value)
}

/** Returns a text in lower case, the form in which names are compared. */
export function nameOf(row: object, name: string): string {
  return textOf(row, name).toLowerCase()
}

/** Returns a list that the catalog returned as JSON. */
export function listOf(row: object, name: string): readonly string[] {
  const text = textOf(row, name)
  if (text === '') return []
  const list: unknown = JSON.parse(text)
  return Array.isArray(list) ? list.map(String) : []
}
