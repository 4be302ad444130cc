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
  return wheres.length === 0 ? false : wheres.length === 1 ? wheres[0]! : { OR: wheres }
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
