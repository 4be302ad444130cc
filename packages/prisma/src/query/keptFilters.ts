import { isDecimal } from '@arcturus/core/internal/prisma'
import { type Arguments, isArguments, isLiteral } from '../literal.js'
import { conjuncts } from './markers.js'

/** The filters that a resolved `where` has to keep, by the `where`. */
export type Filters = WeakMap<object, readonly Arguments[]>

/**
 * Returns whether arguments that another extension passes on still select no row that the resolved
 * ones leave out: each filter is a part of the `where`, or of an `AND` in it. A relation that is no
 * longer selected needs no filter.
 *
 * Prisma passes copies of arguments to extensions, so filters are compared by their contents.
 */
export function keepsFilters(sent: unknown, resolved: Arguments, filters: Filters): boolean {
  if (sent === resolved) return true
  const given = isArguments(sent) ? sent : {}
  const { where } = resolved
  const own = typeof where === 'object' && where !== null ? filters.get(where) : undefined
  if (own?.some((filter) => !demands(given['where'], filter))) return false
  return selections.every((selection) => {
    const selected = resolved[selection]
    return !isArguments(selected) || keepsSelected(given, selected, filters)
  })
}

const selections = ['include', 'select'] as const

function keepsSelected(sent: Arguments, resolved: Arguments, filters: Filters): boolean {
  return Object.entries(resolved).every(([name, args]) => {
    if (!isArguments(args)) return true
    const found = selections.flatMap((selection) => {
      const selected = sent[selection]
      return isArguments(selected) && selected[name] ? [selected[name]] : []
    })
    return found.every((one) => keepsFilters(one, args, filters))
  })
}

/** Whether a `where` is true only for rows for which a filter is. */
function demands(where: unknown, filter: Arguments): boolean {
  return Object.entries(filter).every(([name, value]) =>
    name === 'AND'
      ? conjuncts(filter).every((one) => isArguments(one) && demands(where, one))
      : has(where, name, value),
  )
}

function has(where: unknown, name: string, value: unknown): boolean {
  if (!isLiteral(where)) return false
  return (name in where && isSame(where[name], value)) || conjuncts(where).some((one) => has(one, name, value))
}

function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) && Array.isArray(other))
    return one.length === other.length && one.every((item, at) => isSame(item, other[at]))
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime()
  if (isDecimal(one) && isDecimal(other)) return String(one) === String(other)
  if (ArrayBuffer.isView(one) && ArrayBuffer.isView(other)) return String(one) === String(other)
  if (!isEntries(one) || !isEntries(other)) return false
  const names = Object.keys(one)
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  )
}

/** Whether a value consists of its entries. */
function isEntries(value: object): value is Arguments {
  const prototype: unknown = Object.getPrototypeOf(value)
  return isLiteral(value) && (prototype === Object.prototype || prototype === null)
}
