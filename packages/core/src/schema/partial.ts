import type { Field, Model } from './model.js'
import { shared } from './shared.js'

/**
 * Which relations of which rows were loaded in part: filtered, limited or paged. What is there says nothing of what is not, so to
 * a decision they are not loaded. One registry for the whole process, as for tags; the rows are left untouched.
 */
interface Partials {
  /** Rows to read with care: the relations that are partial, none for a row that only leads to such a row. */
  readonly rows: WeakMap<object, Set<string>>
  /** Partial lists, so that a copy of a row is known by what it holds. */
  readonly lists: WeakSet<object>
  /** Whether there ever was one. */
  any: boolean
}

/** Looked up once: every check asks it. */
const partials: Partials = shared('arcturus.partial', { rows: new WeakMap(), lists: new WeakSet(), any: false })

/** Remembers that a relation of a row was loaded in part. */
export function markPartial(row: object, relation: string): void {
  markCareful(row)
  const { rows, lists } = partials
  rows.get(row)!.add(relation)
  const value: unknown = Reflect.get(row, relation)
  if (Array.isArray(value)) lists.add(value)
}

/** Remembers that a row leads to one with a partial relation. */
export function markCareful(row: object): void {
  const known = partials
  known.any = true
  if (!known.rows.has(row)) known.rows.set(row, new Set())
}

/** Whether a relation of a row was loaded in part. */
export function isPartial(row: unknown, relation: string): boolean {
  const { any, rows } = partials
  return any && typeof row === 'object' && row !== null && rows.get(row)?.has(relation) === true
}

/** Whether there can be a row with a partial relation at all. */
export function arePartial(): boolean {
  return partials.any
}

/** Whether a row has, or leads to, a partial relation: only who asks `isPartial` at each step may read it. */
export function needsCare(row: unknown): boolean {
  const { any, rows } = partials
  return any && typeof row === 'object' && row !== null && rows.has(row)
}

/**
 * Remembers of a copy of a row what was known of the row, by the lists and rows that it holds, and by those that it refers to and
 * does not hold.
 */
export function markCopy(row: object, model?: Model): void {
  const { any, lists } = partials
  if (!any) return
  for (const [name, value] of Object.entries(row)) {
    if (typeof value !== 'object' || value === null) continue
    if (lists.has(value)) markPartial(row, name)
    else if (needsCare(value) || (Array.isArray(value) && value.some(needsCare))) markCareful(row)
  }
  if (!model) return
  for (const field of model.fields.values()) if (isLeftOut(row, field, model)) markPartial(row, field.name)
}

/** Whether a row has nil in the place of another row that it refers to. A row that refers by its key may be what is referred to. */
function isLeftOut(row: object, field: Field, { key = [] }: Model): boolean {
  if (field.kind !== 'relation' || field.many || Reflect.get(row, field.name) !== null) return false
  const { from } = field
  return from.some((name) => !key.includes(name)) && from.every((name) => (Reflect.get(row, name) ?? null) !== null)
}
