import { bailOut } from '../predicate/bail.js'
import type { ValueMeaning } from '../predicate/meaning.js'
import type { ValueKinds } from '../values/kinds.js'
import { isDecimal } from '../values/numeric.js'
import { compareNumbers } from '../values/order.js'

/**
 * The kinds of values that comparisons need whose operands are declared as rows, texts, booleans or numbers. Comparing
 * two other values, such as two dates, ends the evaluation: `allKinds` is for that.
 */
export const plainKinds: ValueKinds = {
  builtins: new Map<string, unknown>([
    ['Boolean', Boolean],
    ['Integer', Number],
    ['Float', Number],
    ['String', String],
    ['List', Array],
  ]),
  unifiable: (left, right, equality) => scalarsEqual(left, right) ?? equality(left, right),
  scalarsEqual,
  isNumeric: isNumber,
  isContainer: Array.isArray,
  isValue,
  isValueClass: (cls) => cls === Array || plainKinds.builtins.has(cls.name),
}

function scalarsEqual(left: unknown, right: unknown): boolean | undefined {
  if (isNumber(left) && isNumber(right)) return left <= right && left >= right
  if ((isNumber(left) || isValue(left)) && (isNumber(right) || isValue(right))) return bailOut()
  return isObject(left) && isObject(right) ? undefined : left === right
}

/** Orders dates and numbers as `compareOrder` does; a text or a decimal ends the evaluation. */
export const plainOrder: ValueMeaning['compare'] = (operator, left, right) => {
  if (left === null || right === null) return false
  const [a, b] = [numberOf(left), numberOf(right)]
  return isNumber(a) && isNumber(b) ? compareNumbers(operator, a, b) : undefined
}

function numberOf(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : (value as Partial<Date>).valueOf?.()
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isObject(value: unknown): boolean {
  return Object(value) === value
}

function isValue(value: unknown): boolean {
  return value instanceof Date || Array.isArray(value) || ArrayBuffer.isView(value) || isDecimal(value)
}
