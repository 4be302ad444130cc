import { Decimal } from '@prisma/client-runtime-utils'
import type { FieldSpec, Row, Value, World } from '../world.js'

const read = new WeakMap<World, World>()

/** The same rows with bigints and decimals as texts, in the one form that a database gives each of them. */
export function withTexts(world: World): World {
  const known = read.get(world)
  if (known) return known
  const made: World = {
    ...world,
    models: world.models.map((model) => ({ ...model, fields: model.fields.map(textField) })),
    rows: world.rows.map(textRow),
  }
  read.set(world, made)
  return made
}

function textField(field: FieldSpec): FieldSpec {
  const isExact = field.kind === 'scalar' && (field.type === 'bigint' || field.type === 'decimal')
  return isExact ? { ...field, type: 'string' } : field
}

function textRow({ model, values }: Row): Row {
  return { model, values: Object.fromEntries(Object.entries(values).map(([name, value]) => [name, text(value)])) }
}

function text(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value
  if ('bigint' in value) return value.bigint
  return 'decimal' in value ? new Decimal(value.decimal).toFixed(4) : value
}
