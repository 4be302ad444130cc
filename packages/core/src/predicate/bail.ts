import { abandon, isThenable } from '../values/thenable.js'

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
 * Leaves a part of the condition undecided, as an error is: the part may be one, or only the machine
 * can evaluate it. A part that cannot fail according to the schema is never undecided. Rewrites rely
 * on that, so it bails out if the data do not keep what the schema promises.
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
