import { abandon } from '../values/thenable.js'

/**
 * Thrown if a predicate reaches a case for the query machine: a promise, a missing attribute, a
 * step through nil. The machine then evaluates the whole query: with the awaited value, or the
 * exact error. There is one object for all, since making an error costs twenty times as much as
 * throwing one.
 */
export const bail: unique symbol = Symbol('bail')

/**
 * Hands the evaluation over to the machine.
 * @param unawaited - A value that was read and not used yet. The machine reads it again, so nobody
 * awaits this promise, or the promises in this list.
 * @param other - Another such value.
 * @throws `bail`, always.
 */
export function bailOut(unawaited?: unknown, other?: unknown): never {
  for (const value of [unawaited, other].flat()) abandon(value)
  throw bail
}
