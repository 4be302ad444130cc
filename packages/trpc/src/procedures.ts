import { assertReason, type Calls } from '@arcturus/web'

/**
 * Returns `authorize` and `unguarded` for procedures.
 *
 * @param guard - The first middleware of every procedure.
 * @param behind - Returns a middleware that continues after a question; `call` is the argument of loaders.
 */
export function procedures<Middleware, Call>(
  calls: Calls<object, unknown>,
  guard: Middleware,
  behind: (ask: (call: Call) => Promise<void> | void) => Middleware,
) {
  return {
    authorize: (...parameters: [] | Parameters<typeof calls.declared<Call>>): Middleware =>
      parameters.length === 0 ? guard : behind(calls.declared(...parameters)),
    unguarded(reason: string): Middleware {
      assertReason(reason)
      return behind(() => calls.unguarded(reason))
    },
  }
}

/** The codes of errors that are the client's, by their status. */
export const codes = { 400: 'BAD_REQUEST', 401: 'UNAUTHORIZED', 403: 'FORBIDDEN', 404: 'NOT_FOUND' } as const
