import type { Field, Model, RelationField } from './model.js'
import { shared } from './shared.js'
import { tag, tagOf } from './tags.js'

/**
 * Records the relations of rows that were loaded in part: filtered, limited or paged.
 * The loaded rows prove nothing about missing ones, so a decision treats such relations as not
 * loaded. The whole process shares one registry, as for tags, and the rows are unchanged. The
 * registry only grows, row by row. A mark that is added while a query waits makes its result more
 * careful, never less.
 */
interface Partials {
  /**
   * Rows and lists to read with care, with their partial relations. The set is empty for a row that
   * only leads to such a row.
   */
  readonly rows: WeakMap<object, Set<string>>
  /** Partial lists, which identify the relation of a copy, since it holds the same list. */
  readonly lists: WeakSet<object>
  /**
   * Names of partial relations: in a copy, nil proves nothing about them, unless the reference is
   * nil too.
   */
  readonly names: Set<string>
  /** Whether any row was ever marked. */
  any: boolean
}

/** Looked up once, since every check reads it. */
export const partials: Partials = /* @__PURE__ */ shared('arcturus.partial', {
  rows: new WeakMap(),
  lists: new WeakSet(),
  names: new Set(),
  any: false,
})

/** Records that a relation of a row was loaded in part. */
export function markPartial(row: object, relation: string): void {
  markUnread(row, relation)
  const { lists, names } = partials
  names.add(relation)
  const value: unknown = Reflect.get(row, relation)
  if (!Array.isArray(value)) return
  lists.add(value)
  markLeadsToPartial(value)
}

/** Records that a relation of a row is not loaded, and that reading it starts to load it: decisions do not read it. */
export function markUnread(row: object, relation: string): void {
  markLeadsToPartial(row)
  partials.rows.get(row)!.add(relation)
}

/** Records that a row, or a list of rows, leads to one with a partial relation. */
export function markLeadsToPartial(row: object): void {
  const known = partials
  known.any = true
  if (!known.rows.has(row)) known.rows.set(row, new Set())
}

/**
 * Returns whether a relation of a row was loaded in part. The row can also be a copy of the loaded
 * row.
 * @param value - The value of the relation, since reading it again could start to load it.
 */
export function isPartial(row: unknown, relation: string, value: unknown): boolean {
  const { any, rows, lists } = partials
  if (!any || typeof row !== 'object' || row === null) return false
  return rows.get(row)?.has(relation) === true || (Array.isArray(value) && lists.has(value))
}

/** Returns an attribute of an object; undefined for a relation that is not loaded, or in part, which it does not read. */
export function wholeValue(of: object, name: string): unknown {
  const { any, rows, lists } = partials
  if (any && rows.get(of)?.has(name)) return undefined
  // Sound: any object may have the attribute.
  const value = (of as Readonly<Record<string, unknown>>)[name]
  return any && Array.isArray(value) && lists.has(value) ? undefined : value
}

/** Returns whether any row can have a partial relation. */
export function arePartial(): boolean {
  return partials.any
}

/**
 * Returns whether a row has or leads to a partial relation, or a list is partial. Only code that
 * calls `isPartial` at each step may read such a value.
 */
export function mayBePartial(value: unknown): boolean {
  const { any, rows } = partials
  // Sound: the map has no other values.
  return any && rows.has(value as object)
}

/** Returns whether a value is a complete list. */
export function isWhole(value: unknown): value is readonly unknown[] {
  return Array.isArray(value) && !mayBePartial(value)
}

/**
 * Records the partial relations of a copy of a row. They are derived from the rows that the copy
 * holds, and from references to rows that it does not hold.
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
    // A getter could start to load its value.
    const held: unknown = Object.getOwnPropertyDescriptor(row, name)?.value
    const isKnown = many || !partials.names.has(name) || from.some((column) => Reflect.get(row, column) === null)
    if (held === null && !isKnown) markPartial(row, name)
    const model = models?.get(field.model)
    if (!model) continue
    for (const one of Array.isArray(held) ? held : [held]) {
      if (typeof one !== 'object' || one === null) continue
      markLeftOut(one, model, models, seen)
      if (!mayBePartial(one)) continue
      // Once its model is known, its relations can be loaded.
      if (tagOf(one) === undefined) tag(one, model.name)
      markLeadsToPartial(row)
      if (Array.isArray(held)) markLeadsToPartial(held)
    }
  }
}

/** Relations to one row, each with the columns that refer to it. */
export type References = readonly (readonly [relation: string, columns: readonly string[]])[]

/**
 * Returns the references among fields, except those by the key alone: the related row may refer to
 * this one instead.
 */
export function referencesOf(fields: Iterable<Field>, key: readonly string[] = []): References {
  const isReference = (field: Field): field is RelationField =>
    field.kind === 'relation' && !field.many && field.from.some((name) => !key.includes(name))
  return [...fields].filter(isReference).map(({ name, from }) => [name, from])
}

/** Returns the relations of a row that are nil although its columns refer to a row. */
export function leftOut(row: object, references: References): string[] {
  const isNil = (name: string) => (Reflect.get(row, name) ?? null) === null
  return references
    .filter(([name, columns]) => Reflect.get(row, name) === null && !columns.some(isNil))
    .map(([name]) => name)
}
