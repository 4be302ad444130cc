import { Decimal } from '@prisma/client-runtime-utils'
import type { FieldSpec, Row, ScalarKind, Value, World } from '../world.js'

/** What a driver makes of numbers that JavaScript's own do not tell apart. */
export interface Reading {
  readonly types: Readonly<Partial<Record<ScalarKind, ScalarKind>>>
  bigint(text: string): Value
  decimal(text: string): Value
}

/** As texts, in the one form that a database gives each of them. */
export const asTexts: Reading = {
  types: { bigint: 'string', decimal: 'string' },
  bigint: (text) => text,
  decimal: (text) => new Decimal(text).toFixed(4),
}

export const asNumbers: Reading = { types: { bigint: 'integer', decimal: 'float' }, bigint: Number, decimal: Number }

const read = new WeakMap<Reading, WeakMap<World, World>>([
  [asTexts, new WeakMap()],
  [asNumbers, new WeakMap()],
])

/** The same rows as they are read. */
export function readAs(reading: Reading, world: World): World {
  const known = read.get(reading)!
  const made = known.get(world) ?? {
    ...world,
    models: world.models.map((model) => ({ ...model, fields: model.fields.map((field) => fieldAs(reading, field)) })),
    rows: world.rows.map((row) => rowAs(reading, row)),
  }
  known.set(world, made)
  return made
}

function fieldAs({ types }: Reading, field: FieldSpec): FieldSpec {
  return field.kind === 'scalar' ? { ...field, type: types[field.type] ?? field.type } : field
}

function rowAs(reading: Reading, row: Row): Row {
  const entries = Object.entries(row.values).map(([name, value]) => [name, valueAs(reading, value)])
  return { ...row, values: Object.fromEntries(entries) }
}

function valueAs(reading: Reading, value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if ('bigint' in value) return reading.bigint(value.bigint)
  return 'decimal' in value ? reading.decimal(value.decimal) : value
}
