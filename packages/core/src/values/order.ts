import type { ComparisonOperator } from '../language/ast.js'
import { compareText } from '../language/compareText.js'
import { Dict } from './dict.js'
import { type Equality, scalarsEqual } from './equality.js'
import { compareNumeric, isDecimal, isNumeric, type Numeric } from './numeric.js'

export type OrderOperator = Exclude<ComparisonOperator, '==' | '!='>

/**
 * What `<`, `<=`, `>`, `>=` mean. Numbers by value (booleans count as 0 and 1), text by code point, dates by time, other
 * objects through `valueOf` where both give a number or both a text. With nil on a side it is false.
 * @returns undefined where the two can't be ordered; that is an error to whoever asks.
 */
export function compareOrder(operator: OrderOperator, left: unknown, right: unknown): boolean | undefined {
  if (left === null || right === null) return false
  const a = orderable(left)
  const b = orderable(right)
  if (typeof a === 'string' && typeof b === 'string') return isInOrder(operator, compareText(a, b))
  if (isNumeric(a) && isNumeric(b)) return isInOrder(operator, compareNumeric(a, b))
  return undefined
}

/** Whether two values stand in an order, by the sign of what compares the first with the second. */
export function isInOrder(operator: OrderOperator, sign: number): boolean {
  switch (operator) {
    case '<':
      return sign < 0
    case '<=':
      return sign <= 0
    case '>':
      return sign > 0
    case '>=':
      return sign >= 0
  }
}

/** The number or the text that orders a value; undefined where nothing does. */
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
 * What `==` means: like `=`, but a boolean counts as 0 or 1 beside a number, and lists and dictionaries have none.
 * @returns undefined where the two can't be compared (lists, dictionaries, text with a number): an error to whoever asks.
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
  return a === b || (scalarsEqual(a, b) ?? (equality ? equality(a, b) : false))
}

/** What the language itself has, as opposed to objects of the application. */
function isOwn(value: unknown): boolean {
  return typeof value === 'string' || isNumeric(value) || isContainer(value)
}

function isContainer(value: unknown): boolean {
  return Array.isArray(value) || value instanceof Dict
}
