import { bailOut } from '../predicate/bail.js'
import type { ValueMeaning } from '../predicate/meaning.js'
import { plainBuiltins } from '../schema/typeNames.js'
import type { ValueKinds } from '../values/kinds.js'
import { isDecimal } from '../values/numeric.js'
import { compareNumbers } from '../values/order.js'

/**
 * The kinds of values that comparisons need whose operands are declared as rows, texts, booleans or numbers. Comparing
 * two other values, such as two dates, ends the evaluation: `allKinds` is for that.
 */
export const plainKinds: ValueKinds = {
  builtins: plainBuiltins,
  unifiable: (left, right, equality) => equality(left, right),
  scalarsEqual,
  kindOf: (value) => {
    if (isNumber(value)) return Number.isNaN(value) ? undefined : 'number'
    return typeof value === 'object' || typeof value === 'function' ? undefined : typeof value
  },
  isContainer: (value) => Array.isArray(value),
  isValue,
  isValueClass: () => false,
}

function scalarsEqual(left: unknown, right: unknown): boolean | undefined {
  if (isNumber(left) && isNumber(right)) return left <= right && left >= right
  if (isScalar(left) && isScalar(right)) return bailOut()
  return isObject(left) && isObject(right) ? undefined : left === right
}

/**
 * Compares texts by `==` and `!=`, and dates, numbers and booleans in any way, as `withOrder` does. Other values end the
 * evaluation.
 */
export const plainOrder: ValueMeaning['compare'] = (operator, left, right) => {
  const isEquality = operator === '==' || operator === '!='
  const areTexts = typeof left === 'string' && typeof right === 'string'
  if (left === null || right === null || (isEquality && areTexts))
    return isEquality && (left === right) === (operator === '==')
  // Objects such as dates are ordered by their numbers, but not equal.
  const [a, b] = [left, right].map((value) => (isEquality ? value : (value as Partial<Date>).valueOf?.()))
  return isOrdered(a) && isOrdered(b) ? compareNumbers(operator, a, b) : undefined
}

/** JavaScript orders booleans as numbers, too. */
function isOrdered(value: unknown): value is number | bigint {
  return typeof value === 'boolean' || isNumber(value)
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isScalar(value: unknown): boolean {
  return isNumber(value) || isValue(value)
}

function isObject(value: unknown): boolean {
  return Object(value) === value
}

function isValue(value: unknown): boolean {
  return value instanceof Date || Array.isArray(value) || ArrayBuffer.isView(value) || isDecimal(value)
}
