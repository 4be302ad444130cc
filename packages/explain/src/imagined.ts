/** A row that does not exist yet: its fields are unknown, except for those that are changed. */
const imagined = new WeakSet<object>()

/** Marks an object as a row that does not exist yet, and returns it. */
export function imagine<Row extends object>(row: Row): Row {
  imagined.add(row)
  return row
}

/** Returns whether a value is a row that does not exist yet. */
export function isImagined(value: unknown): value is object {
  return typeof value === 'object' && value !== null && imagined.has(value)
}
