import { scalarOf } from './pools.js'
import type { Random } from './random.js'
import {
  type FieldSpec,
  fieldsOf,
  type Habits,
  keyOf,
  type ScalarKind,
  type ScalarSpec,
  type ScalarValue,
  type Value,
  type World,
} from './world.js'

/** The world as an application has it that declares and keeps its objects in ways of its own, as no table does. */
export function withHabits(random: Random, world: World): World {
  if (random.chance(0.5)) return world
  const untyped = world.models.flatMap(({ name, fields }) =>
    fields.flatMap((field) => (isFree(world, name, field) && random.chance(0.15) ? [`${name}.${field.name}`] : [])),
  )
  const habits: Habits = {
    ...(random.chance(0.6) ? { untyped } : {}),
    ...(random.chance(0.3) ? { computed: random.sample(world.models, 3).map(({ name }) => name) } : {}),
    ...(random.chance(0.25) ? { instances: instanceTests(random, world) } : {}),
  }
  const promised = world.models.flatMap(({ name, fields }) =>
    fields.flatMap((field) =>
      (field.kind !== 'scalar' || isFree(world, name, field)) && random.chance(0.2) ? [`${name}.${field.name}`] : [],
    ),
  )
  const oddness = random.pick([0, 0.05, 0.15])
  const missing = random.pick([0, 0, 0.05])
  const rows = world.rows.map((row) => {
    const values = fieldsOf(world, row.model).flatMap((field): (readonly [string, Value])[] => {
      const owner = world.models.find(({ fields }) => fields.includes(field))!.name
      if (!isFree(world, owner, field)) return []
      const isUntyped = habits.untyped?.includes(`${owner}.${field.name}`)
      const value =
        isUntyped && random.chance(0.4)
          ? anyValue(random)
          : random.chance(oddness)
            ? oddValue(random, field)
            : (row.values[field.name] as Scalars)
      const isMissing = random.chance(missing)
      return [[field.name, isMissing ? { missing: random.pick(['undefined', 'property'] as const), of: value } : value]]
    })
    return { ...row, values: { ...row.values, ...Object.fromEntries(values) } }
  })
  return { ...world, rows, habits: random.chance(0.3) ? { ...habits, promised } : habits }
}

/** Whether a field has values that say nothing of a row's identity or its relations. */
function isFree(world: World, model: string, field: FieldSpec): field is ScalarSpec {
  if (field.kind !== 'scalar' || keyOf(world, model).includes(field.name)) return false
  return !fieldsOf(world, model).some((one) => one.kind === 'one' && one.from?.includes(field.name))
}

/** Models that count rows of another as their own, by a column of it. */
function instanceTests(random: Random, world: World): NonNullable<Habits['instances']> {
  return random.sample(world.models, random.integer(1, 2)).map(({ name }) => {
    const of = random.pick(world.models)
    const booleans = fieldsOf(world, of.name).filter((field) => field.kind === 'scalar' && field.type === 'boolean')
    const column = booleans.length > 0 ? random.pick(booleans).name : undefined
    return { model: name, of: of.name, by: random.pick(['option', 'class'] as const), ...(column ? { column } : {}) }
  })
}

type Scalars = ScalarValue | { readonly list: readonly ScalarValue[] }

const kinds: readonly ScalarKind[] = ['string', 'integer', 'float', 'boolean', 'date', 'bigint', 'decimal']

/** A value of any type, sometimes one that holds others. */
export function anyValue(random: Random): Scalars {
  const one = (): ScalarValue => oneValue(random)
  return random.chance(0.75) ? one() : { list: [one(), one()].slice(0, random.integer(0, 2)) }
}

function oneValue(random: Random): ScalarValue {
  switch (random.weighted({ scalar: 4, small: 1.5, entries: 3, amount: 1 })) {
    case 'scalar':
      return scalarOf(random, random.pick(kinds))
    case 'small':
      return random.pick([1, 2, 'a', null])
    case 'entries': {
      const names = random.sample(['a', 'b', 'amount'], random.integer(0, 2))
      return { entries: Object.fromEntries(names.map((name) => [name, oneValue(random)])), isDict: random.chance(0.5) }
    }
    case 'amount':
      return { amount: random.integer(1, 2) }
  }
}

/** A value that a column of the type can't have, or that no literal is. */
function oddValue(random: Random, { type, list }: ScalarSpec): Scalars {
  const values = oddValues[type]
  const value = values ? random.pick(values) : scalarOf(random, type)
  return list ? { list: [value] } : value
}

const oddNumbers: readonly ScalarValue[] = (['NaN', 'Infinity', '-Infinity', '-0'] as const).map((number) => ({
  number,
}))

const oddValues: Readonly<Partial<Record<ScalarKind, readonly ScalarValue[]>>> = {
  integer: [...oddNumbers, 2 ** 53, 2 ** 53 + 2, -(2 ** 63), { bigint: '9007199254740993' }, { bigint: '1' }],
  float: [...oddNumbers, { bigint: '1' }, 5e-324],
  bigint: [1, { number: '-0' }, { number: 'Infinity' }, 2 ** 53],
  decimal: [{ number: 'NaN' }, 0.1, { bigint: '1' }, { decimal: 'NaN' }, { decimal: 'Infinity' }, { decimal: '-0' }],
  date: [{ date: 'never' }, { date: 'never' }, { date: '-000001-01-01T00:00:00.000Z' }],
  string: ['\ud800', '\udc00a', 'a\ud83d', '\n', '\r\n', '\u2028', '$&', '`', '%%', '\\_', 'ǆ', 'İ', '__proto__'],
}
