import { abandon } from '../values/abandon.js'

/**
 * Thrown where a predicate meets what only the query machine can deal with: a promise, a missing attribute, a step through
 * nil. The machine then answers the whole question: with the awaited value, or the exact error. One object for all, since
 * making an error costs twenty times as much as throwing one.
 */
export const bail: unique symbol = Symbol('bail')

/**
 * Gives the question to the machine.
 * @param unawaited - A value that was read and not used yet. The machine reads it again: nobody waits for this one, or for what it lists.
 * @param other - Another one.
 */
export function bailOut(unawaited?: unknown, other?: unknown): never {
  for (const value of [unawaited, other]) {
    if (Array.isArray(value)) value.forEach(abandon)
    else abandon(value)
  }
  throw bail
}
