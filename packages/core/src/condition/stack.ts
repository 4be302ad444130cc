import { QueryError } from '../errors.js'
import { isStackOverflow } from '../values/stackOverflow.js'

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

/** Returns the error of a check that exhausts the stack, as a getter can that asks for the same check again. */
export function stackExhausted(cause: unknown): QueryError {
  return new QueryError('frame-limit', "The check exhausts JavaScript's stack.", {
    hint: 'look for a getter or a method that asks the authorizer about a row that leads back to itself',
    cause,
  })
}
