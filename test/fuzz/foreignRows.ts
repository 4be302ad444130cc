import type { Random } from './random.js'
import { fieldsOf, keyOf, type Row, type Value, type World } from './world.js'

/** The keys of rows that are gone, of which some are referred to more than once. */
const gone: readonly Readonly<Record<string, Value>>[] = [
  { id: 98, region: 'r49', orgId: 98, userId: 98 },
  { id: 99, region: 'r49', orgId: 99, userId: 98 },
]

export function goneKey(random: Random): Readonly<Record<string, Value>> {
  return random.pick(gone)
}

/** A row in some of whose columns SQL writes an odd value. */
export function withOdd(random: Random, world: Pick<World, 'models'>, row: Row): Row {
  const fields = fieldsOf(world, row.model)
  const references = fields.flatMap((field) => (field.kind === 'one' ? field.from! : []))
  const kept = new Set([...keyOf(world, row.model), ...references, 'deletedAt'])
  const columns = fields.filter((field) => field.kind === 'scalar' && !kept.has(field.name))
  const odd = columns.flatMap(({ name }) => (random.chance(0.3) ? [[name, random.integer(0, 11)] as const] : []))
  return { ...row, odd: Object.fromEntries(odd) }
}

/** Links between rows and rows that are gone, as the keys of both ends. */
export function goneLinks({ rows }: World, model: string, other: string): readonly (readonly [own: Row, other: Row])[] {
  const some = rows.filter((_, at) => at % 2 === 0)
  const goneOf = (name: string): Row => ({ model: name, values: gone[0]! })
  return [
    ...some.filter((row) => row.model === model).map((row) => [row, goneOf(other)] as const),
    ...some.filter((row) => row.model === other).map((row) => [goneOf(model), row] as const),
  ]
}
