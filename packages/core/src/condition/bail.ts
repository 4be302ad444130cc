/**
 * Thrown where a predicate meets what only the query machine can deal with: a promise, a missing attribute, a step through
 * nil. The machine then answers the whole question: with the awaited value, or the exact error. One object for all, since
 * making an error costs twenty times as much as throwing one.
 */
export const bail: unique symbol = Symbol('bail')

/** Gives the question to the machine. */
export function bailOut(): never {
  throw bail
}
