import { abandon } from '../values/abandon.js'

/**
 * Thrown where a predicate meets what only the query machine can deal with: a promise, a missing attribute, a step through
 * nil. The machine then answers the whole question: with the awaited value, or the exact error. One object for all, since
 * making an error costs twenty times as much as throwing one.
 */
export const bail: unique symbol = Symbol('bail')

/** Gives the question to the machine. @param unawaited - A promise that the question met, if that is why. */
export function bailOut(unawaited?: unknown): never {
  abandon(unawaited)
  throw bail
}

/**
 * Ends a function of a predicate by an error. The machine reads again what the function has read: nobody waits for the promises
 * among it, or for those in a list.
 */
export function abandonAll(values: readonly unknown[], error: unknown): never {
  for (const value of values) {
    if (Array.isArray(value)) value.forEach(abandon)
    else abandon(value)
  }
  throw error
}
