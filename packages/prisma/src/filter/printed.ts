import type { PrismaModel } from '../schema/schema.js'
import { refuse } from './refusal.js'

/** A `where` of Prisma. */
export type Where = { readonly [argument: string]: unknown }

/** What a condition is printed as: a `where`, or that it holds for every row or for none. */
export type Printed = boolean | Where

/** All of them hold. Constants never get into the result: Prisma drops an empty `AND`, and an empty `OR` in an `AND`. */
export function all(parts: readonly Printed[]): Printed {
  const wheres: Where[] = []
  for (const part of parts) {
    if (part === false) return false
    if (part !== true) wheres.push(...arms(part, 'AND'))
  }
  const merged = mergeRelations(wheres, { is: all, none: any })
  return merged.length === 0 ? true : merged.length === 1 ? merged[0]! : { AND: merged }
}

/** One of them holds. */
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
 * What is asked of the rows of one relation is asked at once, at the place of the first: databases look there once.
 * @param joins - How what is asked is joined, for each way to ask it.
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

/** The part of `{ relation: { is: part } }`, and what tells the relation and the way. */
function related(where: Where, joins: object): { readonly way: string; readonly part: Where } | undefined {
  for (const relation in where) {
    const filter = where[relation]
    if (typeof filter !== 'object' || filter === null) return undefined
    for (const way in filter) {
      const part: unknown = Reflect.get(filter, way)
      // Sound: these are ways to ask of related rows alone, and what is asked of them is a `where`, or null.
      if (Object.hasOwn(joins, way) && part !== null) return { way: `${relation} ${way}`, part: part as Where }
      return undefined
    }
  }
  return undefined
}

/** Equalities of one column as one list, at the place of the first: databases look a list up in one go. */
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

/** The column and the values of `{ column: { equals } }` and `{ column: { in } }`, where the values are plain ones. */
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

/** The parts of what `all` or `any` made, so that they can be joined with others. */
function arms(where: Where, connective: 'AND' | 'OR'): readonly Where[] {
  const of = where[connective]
  // Sound: only `all` and `any` write these two, always alone and always with wheres.
  return Array.isArray(of) ? (of as readonly Where[]) : [where]
}

/**
 * A `where` for rows of a model, constants included: `{ id: { in: [] } }` is no row and `{ id: { notIn: [] } }` every row,
 * wherever they stand. `{}` and empty lists are not: they change their meaning with their place.
 */
export function whereOf(printed: Printed, model: PrismaModel): Where {
  if (typeof printed !== 'boolean') return printed
  const column = constantColumn(model)
  return { [column]: printed ? { notIn: [] } : { in: [] } }
}

/** Whether a `where` is the one for every row. */
export function isEveryRow(where: Where): boolean {
  const [condition, ...others] = Object.values(where)
  if (others.length > 0 || typeof condition !== 'object' || condition === null) return false
  const { notIn, ...rest }: { notIn?: unknown } = condition
  return Array.isArray(notIn) && notIn.length === 0 && Object.keys(rest).length === 0
}

/** A column that can be asked for a list of values: of the key where there is one. */
function constantColumn({ name, fields, key }: PrismaModel): string {
  const able = fields.filter(
    (field) => field.kind !== 'relation' && !field.list && field.type !== 'Boolean' && field.type !== 'Json',
  )
  const found = able.find((field) => key.includes(field.name)) ?? able[0]
  if (!found) return refuse('column-type', `"${name}" has no column to say "all" or "none" with.`, undefined)
  return found.name
}

/** The ways to ask of related rows. */
export const relationFilters: ReadonlySet<string> = new Set(['is', 'isNot', 'some', 'none', 'every'])

/** What a `where` takes of the database. */
export interface Size {
  /** How many times it asks of related rows, for each of which Prisma joins a table. */
  relations: number
  /** How many values it sends. */
  values: number
  /** How deep its parts stand in each other, in about as many places as the parser of a database keeps for them. */
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

/** What stands in brackets in SQL; a query has more before it that is not read to its end. */
const places: Readonly<Record<string, number>> = { some: 11, none: 11, every: 11, AND: 3, OR: 3, NOT: 3 }
