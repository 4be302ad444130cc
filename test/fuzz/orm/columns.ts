import { fieldsOf, type Row, type ScalarValue, type Value, type World } from '../world.js'

/** The columns of a row, as both ORMs take them. */
export function columnsOf(world: World, row: Row): Record<string, unknown> {
  const columns: Record<string, unknown> = {}
  for (const field of fieldsOf(world, row.model)) {
    if (field.kind === 'scalar' || field.kind === 'part') columns[field.name] = columnValue(row.values[field.name]!)
  }
  return columns
}

function columnValue(value: Value): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('list' in value) return value.list.map(scalarValue)
  if ('part' in value)
    return Object.fromEntries(Object.entries(value.part).map(([name, one]) => [name, scalarValue(one)]))
  return scalarValue(value as ScalarValue) // a column holds no rows
}

function scalarValue(value: ScalarValue): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('date' in value) return new Date(value.date)
  if ('bigint' in value) return BigInt(value.bigint)
  if ('read' in value) return value.read
  return 'decimal' in value ? value.decimal : -0
}
