import { refuse } from '../refusal.js'
import type { PrismaModel } from '../schema/schema.js'

/** A `where` of Prisma. */
export type Where = { readonly [argument: string]: unknown }

/** The printed form of a condition: a `where`, or true for every row and false for none. */
export type Printed = boolean | Where

/**
 * Returns the conjunction of the parts. It never contains constants: Prisma drops an empty `AND`,
 * and an empty `OR` in an `AND`.
 */
export function all(parts: readonly Printed[]): Printed {
  const wheres: Where[] = []
  for (const part of parts) {
    if (part === false) return false
    if (part !== true) wheres.push(...arms(part, 'AND'))
  }
  const merged = mergeRelations(wheres, { is: all, none: any })
  return merged.length === 0 ? true : merged.length === 1 ? merged[0]! : { AND: merged }
}

/** Returns the disjunction of the parts. */
export function any(parts: readonly Printed[]): Printed {
  const wheres: Where[] = []
  for (const part of parts) {
    if (part === true) return true
    if (part !== false) wheres.push(...arms(part, 'OR'))
  }
  const merged = mergeEqualities(mergeRelations(wheres, { is: any, some: any }))
  return merged.length === 0 ? false : merged.length === 1 ? merged[0]! : { OR: merged }
}

/**
 * Merges conditions on the rows of one relation, at the place of the first, so that the database
 * searches them once.
 * @param joins - How conditions are joined, for each relation filter.
 */
function mergeRelations(
  wheres: readonly Where[],
  joins: Readonly<Record<string, (parts: readonly Where[]) => Printed>>,
): readonly Where[] {
  if (wheres.length < 2) return wheres
  const asked = new Map<string, { readonly at: number; readonly parts: Where[] }>()
  const merged: Where[] = []
  for (const where of wheres) {
    const found = related(where, joins)
    const same = found && asked.get(found.way)
    if (same) same.parts.push(found.part)
    else {
      merged.push(where)
      if (found) asked.set(found.way, { at: merged.length - 1, parts: [found.part] })
    }
  }
  for (const { at, parts } of asked.values()) {
    if (parts.length === 1) continue
    const [[relation, filter]] = Object.entries(merged[at]!) as [[string, Where]]
    const way = Object.keys(filter)[0]!
    const joined = joins[way]!(parts)
    if (typeof joined === 'object') merged[at] = { [relation]: { [way]: joined } }
  }
  return merged
}

/** Returns the part of `{ relation: { is: part } }`, and a name for the relation and its filter. */
function related(where: Where, joins: object): { readonly way: string; readonly part: Where } | undefined {
  for (const relation in where) {
    const filter = where[relation]
    if (typeof filter !== 'object' || filter === null) return undefined
    for (const way in filter) {
      const part: unknown = Reflect.get(filter, way)
      // Sound: these keys are relation filters, whose values are a `where` or null.
      if (Object.hasOwn(joins, way) && part !== null) return { way: `${relation} ${way}`, part: part as Where }
      return undefined
    }
  }
  return undefined
}

/**
 * Merges equalities of one column to one list, at the place of the first: the database searches a
 * list at once.
 */
function mergeEqualities(wheres: readonly Where[]): readonly Where[] {
  if (wheres.length < 2) return wheres
  const lists = new Map<string, { readonly at: number; readonly of: (readonly unknown[])[] }>()
  const merged: Where[] = []
  for (const where of wheres) {
    const [column, values] = equality(where) ?? []
    const list = column === undefined ? undefined : lists.get(column)
    if (column === undefined) merged.push(where)
    else if (list) list.of.push(values!)
    else lists.set(column, { at: merged.push(where) - 1, of: [values!] })
  }
  for (const [column, { at, of }] of lists) {
    if (of.length === 1) continue
    const values = new Set(of.flat())
    if (values.size > 1) merged[at] = { [column]: { in: [...values] } }
  }
  return merged
}

/**
 * Returns the column and the values of `{ column: { equals } }` and `{ column: { in } }`, if the
 * values are plain.
 */
function equality(where: Where): readonly [column: string, values: readonly unknown[]] | undefined {
  const [entry, ...others] = Object.entries(where)
  if (!entry || others.length > 0) return undefined
  const [column, filter] = entry
  if (typeof filter !== 'object' || filter === null || Object.keys(filter).length !== 1) return undefined
  const { equals, in: list }: { equals?: unknown; in?: unknown } = filter
  const values: unknown = list ?? [equals]
  if (!Array.isArray(values) || values.length === 0) return undefined
  const plain = values.every(
    (value) => typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint',
  )
  return plain ? [column, values] : undefined
}

/**
 * Returns the parts of a result of `all` or `any`, so that they can be joined with others. The keys of rows can have
 * other arguments beside `AND`, which restrict the rows too.
 */
function arms(where: Where, connective: 'AND' | 'OR'): readonly Where[] {
  const of = where[connective]
  // Sound: these two arguments have a list of wheres wherever they are written.
  return Array.isArray(of) && Object.keys(where).length === 1 ? (of as readonly Where[]) : [where]
}

/**
 * Returns a `where` for rows of a model, also for constants: `{ id: { in: [] } }` for no row and
 * `{ id: { notIn: [] } }` for every row. Both keep their meaning at any place. `{}` and empty lists
 * change their meaning with their place.
 */
export function whereOf(printed: Printed, model: PrismaModel): Where {
  if (typeof printed !== 'boolean') return printed
  const column = constantColumn(model)
  return { [column]: printed ? { notIn: [] } : { in: [] } }
}

/** Whether a `where` selects every row. */
export function isEveryRow(where: Where): boolean {
  const [condition, ...others] = Object.values(where)
  if (others.length > 0 || typeof condition !== 'object' || condition === null) return false
  const { notIn, ...rest }: { notIn?: unknown } = condition
  return Array.isArray(notIn) && notIn.length === 0 && Object.keys(rest).length === 0
}

/** Returns a column that can be compared with a list: one of the key if there is one. */
function constantColumn({ name, fields, key }: PrismaModel): string {
  const able = fields.filter(
    (field) => field.kind !== 'relation' && !field.list && field.type !== 'Boolean' && field.type !== 'Json',
  )
  const found = able.find((field) => key.includes(field.name)) ?? able[0]
  if (!found)
    return refuse(
      'column-type',
      `The model "${name}" has no column that a \`where\` for all or no rows could use.`,
      undefined,
    )
  return found.name
}

/** The relation filters of Prisma. */
export const relationFilters: ReadonlySet<string> = new Set(['is', 'isNot', 'some', 'none', 'every'])

/** The resources that a `where` needs of the database. */
export interface Size {
  /** The number of relation filters, for each of which Prisma joins a table. */
  relations: number
  /** The number of values that it sends. */
  values: number
  /** The nesting depth of its parts, roughly in places of the database's parser. */
  depth: number
}

export function sizeOf(printed: Printed): Size {
  const size: Size = { relations: 0, values: 0, depth: 0 }
  if (typeof printed === 'object') addSize(printed, 0, size)
  return size
}

function addSize(of: unknown, depth: number, size: Size): void {
  if (of === null) return
  if (typeof of !== 'object') size.values++
  else if (Array.isArray(of)) for (const one of of) addSize(one, depth, size)
  else if (Object.getPrototypeOf(of) !== Object.prototype) size.values++
  else {
    const entries = Object.entries(of)
    const here = depth + (entries.length > 1 ? 2 : 0)
    for (const [key, one] of entries) {
      if (relationFilters.has(key)) size.relations++
      const inside = here + (places[key] ?? 0)
      size.depth = Math.max(size.depth, inside)
      addSize(one, inside, size)
    }
  }
}

/**
 * The parser places of each bracketed part in SQL. A query has more before it that stays open until
 * its end.
 */
const places: Readonly<Record<string, number>> = { some: 11, none: 11, every: 11, AND: 3, OR: 3, NOT: 3 }
