import { goneKey, withOdd } from './foreignRows.js'
import { scalarOf } from './pools.js'
import type { Random } from './random.js'
import { isLink, linksOf } from './relationalSchema.js'
import {
  descendantsOf,
  fieldsOf,
  isSubclass,
  keyOf,
  type ModelSpec,
  modelNamed,
  type Reference,
  type Row,
  type ScalarKind,
  type ScalarSpec,
  type ScalarValue,
  targetOf,
  type Value,
} from './world.js'

const counts: Readonly<Record<string, readonly [number, number]>> = {
  User: [2, 4],
  Membership: [2, 6],
  Org: [1, 4],
  Repo: [4, 8],
  Issue: [3, 7],
  Bug: [1, 4],
}

/**
 * Rows as tables hold them: what a relation to many gives follows from foreign keys and links.
 * @param foreign - decides what of them SQL writes that no ORM would; default: nothing
 */
export function relationalRows(
  random: Random,
  models: readonly ModelSpec[],
  foreign?: Random,
): { readonly rows: readonly Row[]; readonly ghosts: readonly Row[] } {
  const schema = { models }
  // Numbers beyond 2 ** 53 are read wrongly by some drivers: not all rows have them.
  const isWide = random.chance(0.3)
  const names = models.flatMap(({ name }) => new Array<string>(random.integer(...counts[name]!)).fill(name))
  const ghostNames = models.flatMap(({ name }) =>
    isDeleted(schema, name) ? new Array<string>(random.integer(1, 2)).fill(name) : [],
  )
  const made = [...names, ...ghostNames].map((model, index) => ({
    model,
    isGhost: index >= names.length,
    values: scalarsOf(random, schema, model, index, isWide),
  }))
  const all = withKeysOfReferences(random, schema, made)
  const rows = all.filter(({ isGhost }) => !isGhost).map(({ model, values }) => ({ model, values }))
  const ghosts = all.filter(({ isGhost }) => isGhost).map(({ model, values }) => ({ model, values }))
  const rowsOf = (model: string): readonly number[] =>
    rows.flatMap((one, index) => (descendantsOf(schema, model).includes(one.model) ? [index] : []))
  for (const row of [...rows, ...ghosts]) refer(random, schema, row, rows, ghosts, foreign)
  addManys(random, schema, rows, rowsOf)
  for (const ghost of ghosts) {
    ghost.values['deletedAt'] = { date: '2024-02-29T00:00:00.000Z' }
    addLinksOfGhost(random, schema, ghost, rowsOf)
  }
  return { rows: foreign ? rows.map((row) => withOdd(foreign, schema, row)) : rows, ghosts }
}

/** Rows whose key consists of references have keys that differ. Those for which there is none are left out. */
function withKeysOfReferences<Made extends MutableRow>(random: Random, schema: Schema, made: readonly Made[]): Made[] {
  const keys = new Map<string, Record<string, Value>[]>()
  for (const { name, key, fields } of schema.models) {
    const references = key.map((column) =>
      fields.find((field) => field.kind === 'one' && field.from!.length === 1 && field.from![0] === column),
    )
    if (references.length === 0 || references.includes(undefined)) continue
    let pairs: Record<string, Value>[] = [{}]
    for (const [at, field] of references.entries()) {
      const others = made.filter(({ model }) => field?.kind === 'one' && isSubclass(schema, model, field.model))
      pairs = pairs.flatMap((pair) => others.map(({ values }) => ({ ...pair, [key[at]!]: values['id']! })))
    }
    keys.set(name, random.shuffled(pairs))
  }
  return made.filter(({ model, values }) => {
    const left = keys.get(model)
    const key = left?.pop()
    Object.assign(values, key)
    return !left || key
  })
}

/** Makes a row refer to others. References that share columns agree in them. */
function refer(
  random: Random,
  schema: Schema,
  { model, values }: MutableRow,
  rows: readonly MutableRow[],
  ghosts: readonly MutableRow[],
  foreign: Random | undefined,
): void {
  const fields = fieldsOf(schema, model)
  const decided = new Set(keyOf(schema, model))
  const ones = fields.filter((field) => field.kind === 'one').sort((a, b) => b.from!.length - a.from!.length)
  for (const field of ones) {
    const pairs = targetOf(schema, field).map((to, at) => ({ from: field.from![at]!, to }))
    const free = pairs.filter(({ from }) => !decided.has(from))
    const nullable = free.filter(({ from }) =>
      fields.some((one) => one.kind === 'scalar' && one.name === from && one.nullable),
    )
    const family = (some: readonly MutableRow[]): readonly MutableRow[] =>
      some.filter((one) => isSubclass(schema, one.model, field.model))
    const agreeing = (some: readonly MutableRow[]): readonly MutableRow[] =>
      family(some).filter((one) => pairs.every(({ from, to }) => !decided.has(from) || values[from] === one.values[to]))
    const [found, gone] = [agreeing(rows), agreeing(ghosts)]
    const isNil = pairs.some(({ from }) => decided.has(from) && values[from] === null)
    const isEmpty =
      isNil || (nullable.length > 0 && (random.chance(pairs.length > 1 ? 0.4 : 0.3) || found.length === 0))
    const ghost = gone.length > 0 && random.chance(0.2) ? random.pick(gone) : undefined
    // Where columns that are shared already lead nowhere, there is no other row.
    const others = found.length > 0 ? found : gone
    const other = isEmpty || others.length === 0 ? undefined : (ghost ?? random.pick(others))
    const isGone = !isNil && foreign?.chance(0.2) === true
    const key = isGone ? goneKey(foreign) : other?.values
    // One column that is null is enough for a reference to be none.
    const empty = isEmpty && !isNil ? random.pick(nullable) : undefined
    for (const pair of free) {
      const isPart = !key && pair !== empty && (!nullable.includes(pair) || random.chance(0.5))
      const from = isPart ? random.pick(family(rows)).values : key
      values[pair.from] = from?.[pair.to] ?? null
      decided.add(pair.from)
    }
    const row = rows.findIndex(
      (one) => family([one]).length > 0 && pairs.every(({ from, to }) => values[from] === one.values[to]),
    )
    values[field.name] = row < 0 ? null : { row }
  }
}

type Schema = { readonly models: readonly ModelSpec[] }
type MutableRow = { readonly model: string; readonly values: Record<string, Value> }

function isDeleted(schema: Schema, model: string): boolean {
  const { deletes, parent } = modelNamed(schema, model)
  return deletes !== undefined || (parent !== undefined && isDeleted(schema, parent))
}

function scalarsOf(
  random: Random,
  schema: Schema,
  model: string,
  index: number,
  isWide: boolean,
): Record<string, Value> {
  const values: Record<string, Value> = {}
  const isComposite = keyOf(schema, model).length > 1
  const scalar = (field: ScalarSpec): ScalarValue =>
    field.nullable && random.chance(0.3) ? null : storable(random, field.type, isWide)
  for (const field of fieldsOf(schema, model)) {
    if (field.kind === 'part') {
      values[field.name] = { part: Object.fromEntries(field.fields.map((one) => [one.name, scalar(one)])) }
      continue
    }
    if (field.kind !== 'scalar') continue
    // Of a key of two columns no one alone tells rows apart.
    if (field.name === 'id') values[field.name] = isComposite ? 1 + (index % 2) : index + 1
    else if (field.name === 'region') values[field.name] = `r${index >> 1}`
    else if (field.name === 'deletedAt') values[field.name] = null
    else if (field.nullable && random.chance(0.3)) values[field.name] = null
    else if (field.list)
      values[field.name] = {
        list: new Array(random.pick([0, 1, 1, 2, 3])).fill(null).map(() => storable(random, field.type, isWide)),
      }
    else values[field.name] = storable(random, field.type, isWide)
  }
  return values
}

/** A value that every database takes: PostgreSQL has no text with the character 0. */
function storable(random: Random, type: ScalarKind, isWide: boolean): ScalarValue {
  const value = scalarOf(random, type)
  if (typeof value === 'string') return value.replaceAll('\u0000', '')
  const isBeyond =
    typeof value === 'object' && value && 'bigint' in value && !Number.isSafeInteger(Number(value.bigint))
  return isBeyond && !isWide ? { bigint: '3' } : value
}

/** A ghost is linked with rows, which do not know of it. */
function addLinksOfGhost(
  random: Random,
  schema: Schema,
  { model, values }: MutableRow,
  rowsOf: (model: string) => readonly number[],
): void {
  for (const field of fieldsOf(schema, model)) {
    if (field.kind !== 'many') continue
    const others = isLink(schema.models, field) ? random.sample(rowsOf(field.model), random.pick([0, 1, 2])) : []
    values[field.name] = { rows: others.map((row) => ({ row })) }
  }
}

function addManys(
  random: Random,
  schema: Schema,
  rows: readonly MutableRow[],
  rowsOf: (model: string) => readonly number[],
): void {
  for (const { model, values } of rows) {
    for (const field of fieldsOf(schema, model)) if (field.kind === 'many') values[field.name] = { rows: [] }
  }
  const push = (row: number, name: string, to: number): void => {
    const { values } = rows[row]!
    values[name] = { rows: [...(values[name] as { rows: readonly Reference[] }).rows, { row: to }] }
  }
  for (const { name: model, fields } of schema.models) {
    for (const field of fields) {
      if (field.kind !== 'many' || isLink(schema.models, field)) continue
      for (const [index, row] of rows.entries()) {
        const one = row.values[field.inverse!]
        const isSource = isSubclass(schema, row.model, field.model)
        if (
          isSource &&
          typeof one === 'object' &&
          one &&
          'row' in one &&
          isSubclass(schema, rows[one.row]!.model, model)
        )
          push(one.row, field.name, index)
      }
    }
  }
  for (const { model, field } of linksOf(schema.models)) {
    for (const row of rowsOf(model)) {
      for (const other of random.sample(rowsOf(field.model), random.pick([0, 0, 1, 1, 2, 3]))) {
        push(row, field.name, other)
        push(other, field.inverse!, row)
      }
    }
  }
}
