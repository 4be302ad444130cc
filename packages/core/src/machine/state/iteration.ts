import type { Choice } from './frame.js'
import { isThenable } from './term.js'

/** What a choice that goes through an iterator of the application holds. */
export class Iteration {
  readonly iterator: Iterator<unknown> | AsyncIterator<unknown>
  constructor(iterator: Iterator<unknown> | AsyncIterator<unknown>) {
    this.iterator = iterator
  }
}

/**
 * Tells the iterator of a choice, if it holds one, that nobody will ask it for more. What it says to that is of no concern to
 * the query.
 * @returns how many were closed.
 */
export function closeIterator(choice: Choice): number {
  if (!(choice.data instanceof Iteration)) return 0
  try {
    const closed: unknown = choice.data.iterator.return?.()
    if (isThenable(closed)) closed.then(undefined, () => {})
  } catch {}
  return 1
}
