import type { ComparisonOperator } from '../language/ast.js'
import { compareText } from '../language/compareText.js'
import { Dict } from './dict.js'
import { type Equality, equalsItself, scalarsEqual } from './equality.js'
import { compareNumeric, isDecimal, isNumeric, type Numeric } from './numeric.js'

export type OrderOperator = Exclude<ComparisonOperator, '==' | '!='>

/** The operator of the same comparison with its sides exchanged. */
export const mirrored = { '=': '=', '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const

/** The operator that holds for two comparable values exactly if another does not. */
export const opposites = { '=': '!=', '==': '!=', '!=': '=', '<': '>=', '<=': '>', '>': '<=', '>=': '<' } as const

/**
 * Compares two values with `<`, `<=`, `>` or `>=`.
 * Numbers are ordered by value (booleans are 0 and 1), text by code point, and dates by time. Other
 * objects are ordered through `valueOf` if both return a number or both a text. If a side is nil,
 * the result is false.
 * @returns undefined if the two have no order; the caller throws an error.
 */
export function compareOrder(operator: OrderOperator, left: unknown, right: unknown): boolean | undefined {
  if (left === null || right === null) return false
  const a = orderable(left)
  const b = orderable(right)
  if (typeof a === 'string' && typeof b === 'string') return compareNumbers(operator, compareText(a, b), 0)
  if (isNumeric(a) && isNumeric(b)) return compareNumbers(operator, compareNumeric(a, b), 0)
  return undefined
}

/**
 * Compares two numbers. With 0 as the second, the first is the sign of another comparison. A bigint
 * equals the number of the same value.
 */
export function compareNumbers(operator: ComparisonOperator, left: number | bigint, right: number | bigint): boolean {
  switch (operator) {
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return (left <= right && left >= right) === (operator === '==')
  }
}

/** Returns the number or the text that orders a value; undefined if it has none. */
function orderable(value: unknown): Numeric | string | undefined {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'string':
      return value
    case 'boolean':
      return value ? 1 : 0
    case 'object': {
      if (value === null || isContainer(value)) return undefined
      if (isDecimal(value)) return value
      const primitive: unknown = typeof value.valueOf === 'function' ? value.valueOf() : undefined
      return typeof primitive === 'string' || typeof primitive === 'number' || typeof primitive === 'bigint'
        ? primitive
        : undefined
    }
    default:
      return undefined
  }
}

/**
 * Compares two values with `==`: like `=`, but a boolean is 0 or 1 beside a number. Lists and
 * dictionaries are not compared.
 * @returns undefined if the two are not comparable (lists, dictionaries, text with a number); the
 * caller throws an error.
 */
export function compareEqual(
  left: unknown,
  right: unknown,
  equality?: Equality,
): boolean | undefined | Promise<boolean> {
  if (left === null || right === null) return scalarsEqual(left, right) ?? (equality ? equality(left, right) : false)
  const a = typeof left === 'boolean' ? Number(left) : left
  const b = typeof right === 'boolean' ? Number(right) : right
  if (isOwn(a) && isOwn(b)) {
    if (isContainer(a) || isContainer(b) || (typeof a === 'string') !== (typeof b === 'string')) return undefined
    return scalarsEqual(a, b)
  }
  if (isContainer(a) || isContainer(b)) return false
  return (a === b && equalsItself(a)) || (scalarsEqual(a, b) ?? (equality ? equality(a, b) : false))
}

/** Returns whether a value belongs to the language itself, not to the application. */
function isOwn(value: unknown): boolean {
  return typeof value === 'string' || isNumeric(value) || isContainer(value)
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Dict
}
