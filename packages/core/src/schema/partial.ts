import type { Field, Model, RelationField } from './model.js'
import { shared } from './shared.js'
import { tag, tagOf } from './tags.js'

/**
 * Which relations of which rows were loaded in part: filtered, limited or paged. What is there says nothing of what is not, so to
 * a decision they are not loaded. One registry for the whole process, as for tags; the rows are left untouched. It only grows, and
 * by row: what is marked while a question waits makes its answers more careful, never less.
 */
interface Partials {
  /** Rows and lists of rows to read with care: the relations that are partial, none for what only leads to such a row. */
  readonly rows: WeakMap<object, Set<string>>
  /** Partial lists, so that the relation of a copy, which holds the same list, is known for what it is. */
  readonly lists: WeakSet<object>
  /** The names of such relations: of a copy nil says nothing of them, unless its reference is nil too. */
  readonly names: Set<string>
  /** Whether there ever was one. */
  any: boolean
}

/** Looked up once: every check asks it. */
const partials: Partials = shared('arcturus.partial', {
  rows: new WeakMap(),
  lists: new WeakSet(),
  names: new Set(),
  any: false,
})

/** Remembers that a relation of a row was loaded in part. */
export function markPartial(row: object, relation: string): void {
  markLeadsToPartial(row)
  const { rows, lists, names } = partials
  rows.get(row)!.add(relation)
  names.add(relation)
  const value: unknown = Reflect.get(row, relation)
  if (!Array.isArray(value)) return
  lists.add(value)
  markLeadsToPartial(value)
}

/** Remembers that a row, or a list of rows, leads to one with a partial relation. */
export function markLeadsToPartial(row: object): void {
  const known = partials
  known.any = true
  if (!known.rows.has(row)) known.rows.set(row, new Set())
}

/**
 * Whether a relation of a row, or of the row that it is a copy of, was loaded in part.
 * @param value - What was read of it: reading it again could begin to load it.
 */
export function isPartial(row: unknown, relation: string, value: unknown): boolean {
  const { any, rows, lists } = partials
  if (!any || typeof row !== 'object' || row === null) return false
  return rows.get(row)?.has(relation) === true || (Array.isArray(value) && lists.has(value))
}

/** Whether there can be a row with a partial relation at all. */
export function arePartial(): boolean {
  return partials.any
}

/** Whether a row has, or leads to, a partial relation, or a list is one: only who asks `isPartial` at each step may read it. */
export function mayBePartial(value: unknown): boolean {
  const { any, rows } = partials
  return any && typeof value === 'object' && value !== null && rows.has(value)
}

/** Whether a value is a list, and all there is of it. */
export function isWhole(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !mayBePartial(value)
}

/**
 * Remembers of a copy of a row what was known of the row, by what it holds, and by the rows that it, or what it holds, refers to and does
 * not hold.
 */
export function markCopy(row: object, model?: Model, models?: ReadonlyMap<string, Model>): void {
  if (!partials.any) return
  if (model) markLeftOut(row, model, models, new Set())
  for (const value of Object.values(row))
    if (mayBePartial(value) || (Array.isArray(value) && value.some(mayBePartial))) markLeadsToPartial(row)
}

function markLeftOut(
  row: object,
  { fields, key }: Model,
  models: ReadonlyMap<string, Model> | undefined,
  seen: Set<object>,
): void {
  if (seen.has(row)) return
  seen.add(row)
  for (const name of leftOut(row, referencesOf(fields.values(), key))) markPartial(row, name)
  for (const field of fields.values()) {
    if (field.kind !== 'relation') continue
    const { name, many, from } = field
    // What is read by a getter could begin to be loaded.
    const held: unknown = Object.getOwnPropertyDescriptor(row, name)?.value
    const isKnown = many || !partials.names.has(name) || from.some((column) => Reflect.get(row, column) === null)
    if (held === null && !isKnown) markPartial(row, name)
    const model = models?.get(field.model)
    if (!model) continue
    for (const one of Array.isArray(held) ? held : [held]) {
      if (typeof one !== 'object' || one === null) continue
      markLeftOut(one, model, models, seen)
      if (!mayBePartial(one)) continue
      // Known for what it is, it can be loaded.
      if (tagOf(one) === undefined) tag(one, model.name)
      markLeadsToPartial(row)
      if (Array.isArray(held)) markLeadsToPartial(held)
    }
  }
}

/** Relations to one row, and the columns that refer to it. */
export type References = readonly (readonly [relation: string, columns: readonly string[]])[]

/** But for those by the key alone: such a row may be what is referred to. */
export function referencesOf(fields: Iterable<Field>, key: readonly string[] = []): References {
  const isReference = (field: Field): field is RelationField =>
    field.kind === 'relation' && !field.many && field.from.some((name) => !key.includes(name))
  return [...fields].filter(isReference).map(({ name, from }) => [name, from])
}

/** Relations of a row that are nil though it refers to a row. */
export function leftOut(row: object, references: References): string[] {
  const isNil = (name: string) => (Reflect.get(row, name) ?? null) === null
  return references
    .filter(([name, columns]) => Reflect.get(row, name) === null && !columns.some(isNil))
    .map(([name]) => name)
}
