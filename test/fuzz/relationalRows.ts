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
  const rowsOf = (model: string): readonly number[] =>
    names.flatMap((one, index) => (descendantsOf(schema, model).includes(one) ? [index] : []))
  const all = [...names, ...ghostNames].map((model, index) => ({
    model,
    values: scalarsOf(random, schema, model, index, isWide),
  }))
  const rows = all.slice(0, names.length)
  const ghosts = all.slice(names.length)
  for (const { model, values } of all) {
    for (const field of fieldsOf(schema, model)) {
      if (field.kind !== 'one') continue
      const columns = fieldsOf(schema, model).filter(({ name }) => field.from!.includes(name))
      const isEmpty = columns.every((column) => column.kind === 'scalar' && column.nullable) && random.chance(0.3)
      const gone = ghosts.filter((ghost) => descendantsOf(schema, field.model).includes(ghost.model))
      const ghost = gone.length > 0 && random.chance(0.2) ? random.pick(gone) : undefined
      const row = isEmpty || ghost ? undefined : random.pick(rowsOf(field.model))
      values[field.name] = row === undefined ? null : { row }
      const other = isEmpty ? undefined : (ghost ?? rows[row!])
      const isGone = foreign?.chance(0.2) === true
      if (isGone) values[field.name] = null
      const key = isGone ? goneKey(foreign) : other?.values
      for (const [at, name] of targetOf(schema, field).entries()) values[field.from![at]!] = key?.[name] ?? null
    }
  }
  addManys(random, schema, rows, rowsOf)
  for (const ghost of ghosts) {
    ghost.values['deletedAt'] = { date: '2024-02-29T00:00:00.000Z' }
    addLinksOfGhost(random, schema, ghost, rowsOf)
  }
  return { rows: foreign ? rows.map((row) => withOdd(foreign, schema, row)) : rows, ghosts }
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
