import { AsyncLocalStorage } from 'node:async_hooks'
import type { Action, ActionOn, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { AuthorizationError } from '@arcturus/core/internal/web'
import {
  type Authority,
  Calls,
  clientStatus,
  type EnforcementOptions,
  type Loaded,
  type RequestAuthorization,
  type RouteOptions,
} from '@arcturus/web'
import { type Middleware, ORPCError } from '@orpc/server'
import { codes, procedures } from './procedures.js'

/** The actor of a call, and how denials are reported. */
export type OrpcAuthorizationOptions<Context, Actor> = Omit<
  EnforcementOptions<Context, Actor>,
  'challenge' | 'problemDetails'
>

/** A middleware for `use`. It sets `context.authorization`. */
export type OrpcMiddleware<Context extends object, Row, Actor, P extends PolicyTypes, Input = unknown> = Middleware<
  Context & Record<never, never>,
  { authorization: RequestAuthorization<Row, Actor, P> },
  Input,
  // biome-ignore lint/suspicious/noExplicitAny: the procedure may have any output
  any,
  // biome-ignore lint/suspicious/noExplicitAny: and any errors
  any,
  // biome-ignore lint/suspicious/noExplicitAny: and any meta
  any
>

/** Middleware for procedures, as that of `@arcturus/trpc`. */
export interface Authorize<Context extends object, Actor, P extends PolicyTypes = RegisteredPolicy> {
  /** The first middleware of every procedure: an answer without an authorization decision is an error. */
  (): OrpcMiddleware<Context, unknown, Actor, P>
  /**
   * Middleware for a procedure of one row, after its input. `context.authorization.resource` is then the
   * row. Otherwise it throws an `ORPCError`: `UNAUTHORIZED`, `NOT_FOUND` or `FORBIDDEN`.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none.
   */
  <Row, Input>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (input: Input) => Row,
    options?: RouteOptions<[input: Input]>,
  ): OrpcMiddleware<Context, Loaded<Row>, Actor, P, Input>
  /** Middleware for a procedure that creates or lists rows of a model. */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): OrpcMiddleware<Context, unknown, Actor, P>
}

/** The middleware of one authorizer. */
export interface OrpcAuthorization<Context extends object, Actor, P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<Context, Actor, P>
  /**
   * Middleware that exempts a procedure from the guard.
   *
   * @throws {ArgumentError} The reason is missing.
   */
  readonly unguarded: (reason: string) => OrpcMiddleware<Context, unknown, Actor, P>
}

/**
 * Returns the middleware of an authorizer for oRPC 1.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = orpcAuthorization(authorizer, { actor: (context: Context) => context.user })
 * const procedure = os.$context<Context>().use(authorize())
 * const note = procedure
 *   .input(z.object({ id: z.string() }))
 *   .use(authorize('read', ({ id }) => findNote(id)))
 *   .handler(({ context }) => context.authorization.resource.text)
 */
export function orpcAuthorization<Context extends object, Actor, P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  options: OrpcAuthorizationOptions<Context, Actor>,
): OrpcAuthorization<Context, Actor, P>
export function orpcAuthorization(
  authorizer: Authority,
  options: OrpcAuthorizationOptions<object, unknown>,
): OrpcAuthorization<object, unknown> {
  const calls = new Calls(authorizer, options, new AsyncLocalStorage(), seenError)
  type AnyMiddleware = OrpcMiddleware<object, unknown, unknown, RegisteredPolicy>

  const guard: AnyMiddleware = async ({ context, path, next }) => {
    const added: { context?: { authorization: RequestAuthorization } } = {}
    const output = await calls.answer(context, path.join('.'), async () => {
      added.context = { authorization: calls.authorization }
      return (await next({ context: added.context })).output
    })
    // The call was answered, so it is set.
    return { output, context: added.context! }
  }

  const { authorize, unguarded } = procedures<AnyMiddleware, unknown>(
    calls,
    guard,
    (ask) =>
      async ({ next }, input) => {
        await ask(input)
        return next({ context: { authorization: calls.authorization } })
      },
  )

  // Sound: only the types carry the row type of the loader.
  return { authorize: authorize as Authorize<object, unknown>, unguarded }
}

/** Returns a denial by its code. oRPC sends no message of any other error. */
function seenError(error: unknown): unknown {
  const status = clientStatus(error)
  if (!status) return error
  return new ORPCError(codes[status], {
    cause: error,
    ...(error instanceof AuthorizationError && { message: error.message }),
  })
}
