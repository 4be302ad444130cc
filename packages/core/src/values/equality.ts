import { doubtfulReference } from '../schema/reference.js'
import { sameBinary } from './binary.js'
import { Dict } from './dict.js'
import { isNumeric, isSameNumber } from './numeric.js'

/**
 * Decides whether two objects are equal; asked of pairs that the language itself does not decide (and that are not the
 * same object). A promise is awaited where the query can be.
 */
export type Equality = (left: unknown, right: unknown) => boolean | Promise<boolean>

/**
 * What `=` means between two values of JavaScript: numbers by numeric value (a bigint and a decimal included), text and
 * booleans by value, dates by time, bytes by content whatever the view, lists elementwise, dictionaries by equal keys with equal values, nil with nil alone,
 * and everything else as `equality` says (by identity where none is given). Never true for two different kinds.
 */
export function unifiable(left: unknown, right: unknown, equality?: Equality): boolean | Promise<boolean> {
  if (left === right) return true
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
 * Equality of two values that are not the same one, where the kinds alone decide: undefined when both are objects (or
 * functions) that only an `Equality` can tell apart, lists and dictionaries included; and where one is nil, and the other may be.
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

/** Whether a test holds of all numbers below `length`, in order; a promise from the first test that gives one on. */
function all(length: number, test: (at: number) => boolean | Promise<boolean>, from = 0): boolean | Promise<boolean> {
  for (let at = from; at < length; at++) {
    const answer = test(at)
    if (typeof answer !== 'boolean') return answer.then((holds) => holds && all(length, test, at + 1))
    if (!answer) return false
  }
  return true
}
