import { doubtfulReference } from '../schema/reference.js'
import { sameBinary } from './binary.js'
import { Dict } from './dict.js'
import { undefinedValue } from './fault.js'
import { isDecimal, isNumeric, isSameNumber } from './numeric.js'
import { isThenable } from './thenable.js'

/**
 * Decides whether two objects are equal. It is only called for two different objects that the
 * language itself can't compare. A promise is awaited if the query can wait.
 */
export type Equality = (left: unknown, right: unknown) => boolean | Promise<boolean>

/** The result of a comparison: undefined if it is open. */
export type Answer<Open extends undefined = undefined> = boolean | Open | Promise<boolean | Open>

/**
 * Returns whether `=` holds for two values of JavaScript. Values of different kinds are never
 * equal.
 * Numbers are compared by numeric value (including bigints and decimals), text and booleans by
 * value, and dates by time. Bytes are compared by content, whatever the view. Lists are compared
 * elementwise, dictionaries by equal keys with equal values. Nil equals only nil. All other values
 * are compared by `equality`, by default by identity.
 * @returns undefined if the value of a promise in a list or a dictionary would decide.
 * @throws Fault `missing-attribute` for an undefined element that would be compared.
 */
export function unifiable(left: unknown, right: unknown, equality?: Equality): Answer {
  if (left === right) return equalsItself(left)
  const known = scalarsEqual(left, right)
  if (known !== undefined) return known
  if (Array.isArray(left) && Array.isArray(right)) {
    // In the order of the machine: the elements that both have, then the lengths.
    const length = Math.max(left.length, right.length)
    return all(length, (at) => at < left.length && at < right.length && sameElement(left[at], right[at], equality))
  }
  if (left instanceof Dict && right instanceof Dict) {
    const keys = Object.keys(left)
    if (keys.length !== Object.keys(right).length || !keys.every((key) => Object.hasOwn(right, key))) return false
    return all(keys.length, (at) => sameElement(left[keys[at]!], right[keys[at]!], equality))
  }
  if (Array.isArray(left) || Array.isArray(right) || left instanceof Dict || right instanceof Dict) return false
  return equality ? equality(left, right) : false
}

function sameElement(left: unknown, right: unknown, equality: Equality | undefined): Answer {
  if (left === undefined || right === undefined) throw undefinedValue()
  return isThenable(left) || isThenable(right) ? undefined : unifiable(left, right, equality)
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
export function all<Open extends undefined = never>(
  length: number,
  test: (at: number) => Answer<Open>,
  from = 0,
): Answer<Open> {
  for (let at = from; at < length; at++) {
    const answer = test(at)
    if (typeof answer === 'object') return answer.then((holds) => holds && all(length, test, at + 1))
    if (!answer) return answer
  }
  return true
}
