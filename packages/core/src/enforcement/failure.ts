import { ArcturusError, AuthorizationError } from '../errors.js'

/**
 * Anything thrown, as an error that a framework takes for one. A thrown `undefined`, `'route'` or `'router'` would make
 * Express go on as if nothing had happened, so what is no error becomes one. Errors of the policy get the status 500 and,
 * by the convention of `http-errors`, are not to be shown; an application's own errors stay as they are.
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
