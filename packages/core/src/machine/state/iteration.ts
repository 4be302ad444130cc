import { isThenable } from '../../values/thenable.js'
import type { Choice } from './frame.js'

/** The data of a choice point that goes through an iterator of the application. */
export class Iteration {
  constructor(readonly iterator: Iterator<unknown> | AsyncIterator<unknown>) {}
}

/**
 * Closes the iterator of a choice point, if it holds one. The result and errors of closing are
 * ignored.
 * @returns the number of closed iterators.
 */
export function closeIterator(choice: Choice): number {
  if (!(choice.data instanceof Iteration)) return 0
  try {
    const closed: unknown = choice.data.iterator.return?.()
    if (isThenable(closed)) closed.then(undefined, () => {})
  } catch {}
  return 1
}
