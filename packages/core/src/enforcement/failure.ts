import { ArcturusError, AuthorizationError } from '../errors.js'

/**
 * Converts any thrown value to an error that frameworks recognize. Express would continue after a
 * thrown `undefined`, `'route'` or `'router'`, so a value that is not an error is wrapped in one.
 * Errors of the policy get the status 500 and, by the convention of `http-errors`, `expose: false`.
 * An application's own errors stay unchanged.
 */
export function failure(thrown: unknown): object {
  if (!(thrown instanceof Error)) {
    if (typeof thrown === 'object' && thrown !== null) return thrown
    return new Error(`A value that is not an error was thrown: ${String(thrown)}`, { cause: thrown })
  }
  if (thrown instanceof ArcturusError && !(thrown instanceof AuthorizationError) && !('status' in thrown)) {
    Object.assign(thrown, { status: 500, statusCode: 500, expose: false })
  }
  return thrown
}
