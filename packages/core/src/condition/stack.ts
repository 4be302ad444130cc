import { QueryError } from '../errors.js'

/**
 * Does something that goes down a condition, which is as deep as the policy.
 * @throws QueryError where that is deeper than JavaScript's stack.
 */
export function descending<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (!isStackOverflow(error)) throw error
    throw new QueryError('filter-too-large', 'The rules of this filter are nested too deeply.', {
      hint: 'check the rows one by one: can, isAllowed or authorize',
      cause: error,
    })
  }
}

/** Whether an error is that of a full stack; engines call it by different names. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/i.test(error.message)
}
