import { abandon, isThenable } from '../values/thenable.js'

/**
 * The result of a condition, or of a part of it. Undefined: undecided. The part is an error, or only
 * the query machine can evaluate it. If the whole condition is undecided, the machine evaluates the
 * whole query: it has the result, or the exact error.
 *
 * |                   | true            | false                                  | undecided        |
 * | ----------------- | --------------- | -------------------------------------- | ---------------- |
 * | `a or b`, `some`  | a part is true  | all parts are false                    | otherwise        |
 * | `a and b`         | all are true    | the first part that is not true is false | otherwise      |
 * | `not a`           | `a` is false    | `a` is true                            | `a` is undecided |
 *
 * A part that cannot fail according to the schema has two results. Rewrites rely on that, so it bails
 * out if the data do not keep what the schema promises.
 */
export type Decision = boolean | undefined

/** Returns `one or other`. */
export function either(one: Decision, other: Decision): Decision {
  if (one || other) return true
  return one === undefined || other === undefined ? undefined : false
}

/**
 * Thrown if a predicate reaches a case that ends the evaluation whatever its other parts are: a
 * promise, too deep a recursion, data that the schema excludes. The machine then evaluates the whole
 * query. There is one object for all, since making an error costs twenty times as much as throwing
 * one.
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

/**
 * Leaves a part of the condition undecided.
 * @param unawaited - A value that was read and not used, as with `bailOut`.
 * @throws `bail` if such a value is a promise, or a list with one.
 */
export function undecided(unawaited?: unknown, other?: unknown): undefined {
  if (holdsPromise(unawaited) || holdsPromise(other)) bailOut(unawaited, other)
  return undefined
}

function holdsPromise(value: unknown): boolean {
  return isThenable(value) || (Array.isArray(value) && value.some(isThenable))
}
