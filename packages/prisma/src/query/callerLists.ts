import { relationFilters } from '../filter/printed.js'
import { isLiteral } from '../literal.js'

/**
 * Returns whether a `where` of the caller has a list of values that no row may have: `notIn`, or `in` below `NOT`,
 * `not`, `isNot`, `none` and `every`.
 *
 * Prisma divides a query with too many values by its longest list and concatenates the rows. With such a list, a
 * row comes back, or is written, if one part of the list allows it, though the caller excluded it by another. An
 * empty `notIn` beside it makes Prisma fail (P2029) instead of dividing.
 */
export function hasExcludedList(where: unknown): boolean {
  return isExcluding(where, false)
}

function isExcluding(value: unknown, isNegative: boolean): boolean {
  if (Array.isArray(value)) return value.some((one) => isExcluding(one, isNegative))
  if (typeof value !== 'object' || value === null || isValue(value)) return false
  // Prisma writes it down as something else.
  if (!isLiteral(value)) return true
  // As Prisma does: with the properties of the prototype.
  for (const name in value) {
    const one = value[name]
    if (
      name === 'notIn' || (name === 'in' && isNegative)
        ? isLong(one)
        : isExcluding(one, isNegative || negating.has(name))
    )
      return true
  }
  return false
}

/** Filters with which more values or related rows make fewer rows pass. */
const negating: ReadonlySet<string> = new Set([
  'NOT',
  'not',
  ...[...relationFilters].filter((way) => way !== 'is' && way !== 'some'),
])

/** Whether Prisma could divide a list; it reads some lists from objects by `toJSON`. */
function isLong(list: unknown): boolean {
  return typeof list === 'object' && list !== null && (!Array.isArray(list) || list.length > 1)
}

/** Whether an object is the value of a column, such as a date, bytes or a decimal, and no condition. */
function isValue(value: object): boolean {
  return value instanceof Date || ArrayBuffer.isView(value) || isDecimal(value)
}

function isDecimal(value: object): boolean {
  return 'toFixed' in value && typeof value.toFixed === 'function'
}
