import type { Eventual } from '@arcturus/core/internal/web'
import { ArcturusError, AuthorizationError, InvalidBodyError } from '@arcturus/core/internal/web'

/**
 * Converts any thrown value to an error that frameworks recognize. Express would continue after a
 * thrown `undefined`, `'route'` or `'router'`, so a value that is not an error is wrapped in one.
 * Errors of the policy get the status 500, and of a client's data 400; by the convention of `http-errors`, with
 * `expose: false`. An application's own errors stay unchanged.
 */
export function failure(thrown: unknown): object {
  if (!(thrown instanceof Error)) {
    if (typeof thrown === 'object' && thrown !== null) return thrown
    return new Error(`A value that is not an error was thrown: ${String(thrown)}`, { cause: thrown })
  }
  if (thrown instanceof ArcturusError && !(thrown instanceof AuthorizationError) && !('status' in thrown)) {
    // The client's own data. The message can name columns, so it is not exposed either.
    const status = thrown instanceof InvalidBodyError ? 400 : 500
    Object.assign(thrown, { status, statusCode: status, expose: false })
  }
  return thrown
}

/** Runs a question and converts any thrown value to an error that frameworks recognize. */
export function failing<Answer>(question: () => Eventual<Answer>): Eventual<Answer> {
  try {
    const answer = question()
    return answer instanceof Promise ? answer.catch(fail) : answer
  } catch (error) {
    return fail(error)
  }
}

function fail(error: unknown): never {
  throw failure(error)
}
