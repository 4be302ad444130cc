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
  return wheres.length === 0 ? true : wheres.length === 1 ? wheres[0]! : { AND: wheres }
}

/** One of them holds. */
export function any(parts: readonly Printed[]): Printed {
  const wheres: Where[] = []
  for (const part of parts) {
    if (part === true) return true
    if (part !== false) wheres.push(...arms(part, 'OR'))
  }
  const merged = mergeEqualities(wheres)
  return merged.length === 0 ? false : merged.length === 1 ? merged[0]! : { OR: merged }
}

/** Equalities of one column as one list, at the place of the first: databases look a list up in one go. */
function mergeEqualities(wheres: readonly Where[]): readonly Where[] {
  const lists = new Map<string, { readonly at: number; readonly values: Set<unknown> }>()
  const merged: Where[] = []
  for (const where of wheres) {
    const [column, values] = equality(where) ?? []
    const list = column === undefined ? undefined : lists.get(column)
    if (column === undefined) merged.push(where)
    else if (list) for (const value of values!) list.values.add(value)
    else lists.set(column, { at: merged.push(where) - 1, values: new Set(values!) })
  }
  for (const [column, { at, values }] of lists) if (values.size > 1) merged[at] = { [column]: { in: [...values] } }
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

/** A column that can be asked for a list of values: of the key where there is one. */
function constantColumn({ name, fields, key }: PrismaModel): string {
  const able = fields.filter(
    (field) => field.kind !== 'relation' && !field.list && field.type !== 'Boolean' && field.type !== 'Json',
  )
  const found = able.find((field) => key.includes(field.name)) ?? able[0]
  if (!found) return refuse('column-type', `"${name}" has no column to say "all" or "none" with.`, undefined)
  return found.name
}

/** How many values a `where` sends to the database. */
export function countValues(where: unknown): number {
  if (Array.isArray(where)) return where.reduce<number>((sum, one) => sum + countValues(one), 0)
  if (typeof where !== 'object' || where === null) return where === null ? 0 : 1
  if (Object.getPrototypeOf(where) !== Object.prototype) return 1
  return Object.values(where).reduce<number>((sum, one) => sum + countValues(one), 0)
}
