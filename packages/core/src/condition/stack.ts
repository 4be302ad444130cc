import { QueryError } from '../errors.js'

/**
 * Runs a function that descends a condition, which is as deep as the policy.
 * @throws QueryError if JavaScript's stack overflows.
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

/** Returns whether an error is a stack overflow, whose message differs between engines. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof Error && /call stack|too much recursion/i.test(error.message)
}
