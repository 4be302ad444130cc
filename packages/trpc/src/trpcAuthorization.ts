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
import { getTRPCErrorFromUnknown, TRPCError, type TRPCMiddlewareFunction } from '@trpc/server'
import { codes, procedures } from './procedures.js'

/** The actor of a call, and how denials are reported. Errors have the form that `errorFormatter` of tRPC gives them. */
export type TrpcAuthorizationOptions<Context, Actor> = Omit<EnforcementOptions<Context, Actor>, 'problemDetails'>

/** A middleware for `use`. It sets `ctx.authorization`. */
export type TrpcMiddleware<Row, Actor, P extends PolicyTypes, Input = unknown> = TRPCMiddlewareFunction<
  // biome-ignore lint/suspicious/noExplicitAny: the procedure may have any other context and meta
  any,
  // biome-ignore lint/suspicious/noExplicitAny: as above
  any,
  // biome-ignore lint/suspicious/noExplicitAny: as above
  any,
  { authorization: RequestAuthorization<Row, Actor, P> },
  Input
>

/** What a loader gets of a call. */
export interface Call<Context, Input> {
  readonly ctx: Context
  readonly input: Input
}

/** Middleware for procedures. */
export interface Authorize<Context, Actor, P extends PolicyTypes = RegisteredPolicy> {
  /**
   * The first middleware of every procedure. From here on, an answer without an authorization decision
   * is an error. A decision is an `authorize(action, loader)`, a check, or a filter that was built.
   * Each value of a subscription, or of another generator, needs a decision by then.
   */
  (): TrpcMiddleware<unknown, Actor, P>
  /**
   * Middleware for a procedure of one row, after its input. `ctx.authorization.resource` is then the
   * row. Otherwise it throws a `TRPCError`: `UNAUTHORIZED` for anonymous users, `NOT_FOUND` if the row is
   * missing or the actor may not see it, `FORBIDDEN` if the actor may see it but not do the action.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none.
   */
  <Row, Input>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (call: Call<Context, Input>) => Row,
    options?: RouteOptions<[call: Call<Context, Input>]>,
  ): TrpcMiddleware<Loaded<Row>, Actor, P, Input>
  /**
   * Middleware for a procedure that creates or lists rows of a model. If the actor may do the action on
   * every row, that is a decision. If it depends on the row, the procedure must decide.
   */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): TrpcMiddleware<unknown, Actor, P>
}

/** The middleware of one authorizer. */
export interface TrpcAuthorization<Context, Actor, P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<Context, Actor, P>
  /**
   * Middleware that exempts a procedure from the guard.
   *
   * @param reason - Why its answers are public, for readers of the code.
   * @throws {ArgumentError} The reason is missing.
   */
  readonly unguarded: (reason: string) => TrpcMiddleware<unknown, Actor, P>
  /**
   * The `responseMeta` of tRPC's adapters: `Cache-Control: private`, and the option `challenge` as `WWW-Authenticate`
   * of a 401.
   */
  readonly responseMeta: (response: { readonly errors: readonly TRPCError[] }) => { headers: Record<string, string> }
}

/**
 * Returns the middleware of an authorizer for tRPC 11.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = trpcAuthorization(authorizer, { actor: (ctx: Context) => ctx.user })
 * const procedure = t.procedure.use(authorize())
 * const router = t.router({
 *   health: procedure.use(unguarded('liveness')).query(() => 'well'),
 *   note: procedure
 *     .input(z.object({ id: z.string() }))
 *     .use(authorize('read', ({ input }) => findNote(input.id)))
 *     .query(({ ctx }) => ctx.authorization.resource.text),
 * })
 */
export function trpcAuthorization<Context extends object, Actor, P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  options: TrpcAuthorizationOptions<Context, Actor>,
): TrpcAuthorization<Context, Actor, P>
export function trpcAuthorization(
  authorizer: Authority,
  options: TrpcAuthorizationOptions<object, unknown>,
): TrpcAuthorization<object, unknown> {
  const calls = new Calls(authorizer, options, new AsyncLocalStorage(), seenError)

  const guard: TrpcMiddleware<unknown, unknown, RegisteredPolicy> = async ({ ctx, path, next }) => {
    const passed: { result?: Awaited<ReturnType<typeof next>> } = {}
    const data: unknown = await calls.answer(ctx, path, async () => {
      passed.result = await next({ ctx: { authorization: calls.authorization } })
      if (!passed.result.ok) throw passed.result.error
      return passed.result.data
    })
    // The answer was allowed, so there is a result.
    return { ...passed.result!, data }
  }

  const { authorize, unguarded } = procedures<typeof guard, Call<object, unknown>>(
    calls,
    guard,
    (ask) =>
      async ({ ctx, input, next }) => {
        await ask({ ctx, input })
        return next({ ctx: { authorization: calls.authorization } })
      },
  )

  const responseMeta: TrpcAuthorization<object, unknown>['responseMeta'] = ({ errors }) => {
    const isAnonymous = errors.some(({ code }) => code === 'UNAUTHORIZED')
    const challenge = isAnonymous ? options.challenge : undefined
    return {
      headers: { 'Cache-Control': 'private', ...(challenge !== undefined && { 'WWW-Authenticate': challenge }) },
    }
  }

  // Sound: only the types carry the row type of the loader.
  return { authorize: authorize as Authorize<object, unknown>, unguarded, responseMeta }
}

/**
 * Returns the error of a call that its client may see: a denial by its code, the application's own `TRPCError` as it is, and
 * any other failure without its message, which is for logs.
 */
function seenError(thrown: unknown): TRPCError {
  const error = getTRPCErrorFromUnknown(thrown)
  const { cause } = error
  // tRPC makes a failure an error with the message of its cause.
  if (error.code !== 'INTERNAL_SERVER_ERROR' || !cause || cause.message !== error.message) return error
  const status = clientStatus(cause)
  const message = cause instanceof AuthorizationError ? cause.message : status ? 'Bad Request' : 'Internal Server Error'
  return new TRPCError({ code: status ? codes[status] : 'INTERNAL_SERVER_ERROR', message, cause })
}
