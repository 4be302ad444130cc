import { doubtfulReference } from '../schema/reference.js'
import { sameBinary } from './binary.js'
import { Dict } from './dict.js'
import { isDecimal, isNumeric, isSameNumber } from './numeric.js'

/**
 * Decides whether two objects are equal. It is only called for two different objects that the
 * language itself can't compare. A promise is awaited if the query can wait.
 */
export type Equality = (left: unknown, right: unknown) => boolean | Promise<boolean>

/**
 * Returns whether `=` holds for two values of JavaScript. Values of different kinds are never
 * equal.
 * Numbers are compared by numeric value (including bigints and decimals), text and booleans by
 * value, and dates by time. Bytes are compared by content, whatever the view. Lists are compared
 * elementwise, dictionaries by equal keys with equal values. Nil equals only nil. All other values
 * are compared by `equality`, by default by identity.
 */
export function unifiable(left: unknown, right: unknown, equality?: Equality): boolean | Promise<boolean> {
  if (left === right) return equalsItself(left)
  const known = scalarsEqual(left, right)
  if (known !== undefined) return known
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && all(left.length, (at) => unifiable(left[at], right[at], equality))
  }
  if (left instanceof Dict && right instanceof Dict) {
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length || !keys.every((key) => Object.hasOwn(right, key))) return false
    return all(keys.length, (at) => unifiable(left[keys[at]!], right[keys[at]!], equality))
  }
  if (Array.isArray(left) || Array.isArray(right) || left instanceof Dict || right instanceof Dict) return false
  return equality ? equality(left, right) : false
}

/**
 * Returns whether a value equals the same value. NaN and an invalid date equal nothing, whether as one object or as
 * two: which of them a row and its related row share depends on how they were loaded.
 */
export function equalsItself(value: unknown): boolean {
  return !Number.isNaN(value instanceof Date || isDecimal(value) ? Number(value) : value)
}

/**
 * Compares two different values if their kinds decide whether they are equal.
 * @returns undefined if only an `Equality` can compare them: objects and functions, including lists
 * and dictionaries. Also undefined if one is nil and the other may be.
 */
export function scalarsEqual(left: unknown, right: unknown): boolean | undefined {
  if (left === null || right === null || left === undefined || right === undefined) {
    if (left === right) return true
    return doubtfulReference(left ?? right) ? undefined : false
  }
  if (isNumeric(left)) return isNumeric(right) && isSameNumber(left, right)
  if (typeof left === 'object' || typeof left === 'function') {
    if (isNumeric(right)) return false
    if (typeof right !== 'object' && typeof right !== 'function') return false
    if (left instanceof Date && right instanceof Date) return left.getTime() === right.getTime()
    return sameBinary(left, right)
  }
  return left === right
}

/**
 * Returns whether a test holds for all numbers below `length`, in order. The result is a promise if
 * a test returns one.
 */
export function all(
  length: number,
  test: (at: number) => boolean | Promise<boolean>,
  from = 0,
): boolean | Promise<boolean> {
  for (let at = from; at < length; at++) {
    const answer = test(at)
    if (typeof answer !== 'boolean') return answer.then((holds) => holds && all(length, test, at + 1))
    if (!answer) return false
  }
  return true
}
