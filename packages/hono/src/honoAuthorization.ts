import { AsyncLocalStorage } from 'node:async_hooks'
import type { Action, ActionOn, Actor, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { Eventual } from '@arcturus/core/internal/web'
import {
  type Authority,
  answerOf,
  type Denial,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
  guardedRoute,
  keepPrivate,
  type Loaded,
  publicRoute,
  type RouteDeclaration,
  type RoutedRequest,
  type RouteOptions,
} from '@arcturus/web'
import type { Context, Handler, MiddlewareHandler, Next } from 'hono'
import type { AllowedVariables } from './types.js'

/** The actor of a request, and how denials are answered and reported. */
export type HonoAuthorizationOptions = EnforcementOptions<Context, Actor>

/** Middleware for the whole application, a path or a route. */
export interface Authorize<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Checks the request-level rules (`allow_request`), if the policy has any, and arms the guard.
   *
   * From here on, a successful response (2xx, 3xx) without an authorization decision becomes a 500.
   * A decision is an `authorize(action, loader)`, a check, or a filter that was built.
   */
  (): MiddlewareHandler
  /**
   * Middleware for a route, or for everything below a path. It loads the resource and continues if
   * the actor may do the action on it. `c.get('authorization').resource` is then the row.
   *
   * Otherwise it throws an error with a `status`, and with the response of Hono's `HTTPException`:
   * - 401 for anonymous users,
   * - 404 if the row is missing or the actor may not see it,
   * - 403 if the actor may see it but not do the action.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none. Parameters are
   * strings: `Number(c.req.param('id'))`.
   */
  <Row>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (context: Context) => Row,
    options?: RouteOptions<[context: Context]>,
  ): MiddlewareHandler<{ Variables: AllowedVariables<Loaded<Row>, P> }>
  /**
   * Middleware for a route that creates or lists rows of a model. It responds with 401 or 403 if
   * the actor may do the action on no possible row, whatever its fields.
   *
   * If the actor may do the action on every row, that is a decision. If it depends on the row, the
   * handler must decide: check the new row (`authorize('create', draft)`) or build a filter.
   */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): MiddlewareHandler
}

/** The middleware of one authorizer. */
export interface HonoAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<P>
  /**
   * Exempts the responses of the next handler from the guard, or those of the given one. If the
   * handler passes the request on, the guard applies again.
   *
   * @param reason - Why the responses are public, for readers of the code.
   * @param handler - The public handler, instead of the next one.
   * @throws {ArgumentError} The reason is missing.
   * @example
   * app.get('/health', unguarded('liveness'), (c) => c.text('ok'))
   * app.use('/*', unguarded('styles'), serveStatic({ root: './public' }))
   */
  readonly unguarded: (reason: string, handler?: Handler) => MiddlewareHandler
}

/**
 * Returns the middleware of an authorizer for Hono 4.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = honoAuthorization(authorizer, { actor: (c) => c.get('user') })
 * app.use(authorize())
 * app.get('/health', unguarded('liveness'), (c) => c.text('ok'))
 * app.get('/documents/:id', authorize('read', findDocument), (c) => c.json(c.get('authorization').resource))
 */
export function honoAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  given: HonoAuthorizationOptions,
): HonoAuthorization<P>
export function honoAuthorization(authorizer: Authority, given: HonoAuthorizationOptions): HonoAuthorization {
  const hooks = { made: 'honoAuthorization', routed, requestId: (c: Context) => c.req.header('x-request-id') }
  const enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
  const { options } = enforcements

  /** Runs the work of a request. The outermost middleware checks the response. */
  async function proceed(
    context: Context,
    ask: (enforcement: Enforcement<Context, Actor>) => Eventual<Denial | undefined>,
    next: Next,
  ): Promise<void> {
    const known = enforcements.known(context)
    const enforcement = known ?? enforcements.begin(context, context.req.method)
    context.set('authorization', enforcement.authorization)
    await enforcements.run(enforcement, async () => {
      const denial = await within(context, () => ask(enforcement))
      if (denial) throw answerable(denial.error, context)
      await next()
    })
    if (!known) finish(context, enforcement)
  }

  async function within<Result>(context: Context, ask: () => Eventual<Result>): Promise<Result> {
    try {
      return await ask()
    } catch (error) {
      throw answerable(error, context)
    }
  }

  /** Adds its response to an error of the client, in the way of Hono's `HTTPException`. */
  function answerable(error: unknown, context: Context): unknown {
    const answer = responseOf(error, context)
    if (!answer) return error
    // Hono merges the headers of both responses.
    context.header('Vary', answer.headers.get('Vary') ?? undefined)
    return Object.assign(error as Error, { getResponse: () => answer })
  }

  function responseOf(error: unknown, context: Context): Response | undefined {
    const answer = answerOf(error, options, context.req.header('accept'), context.res.headers.get('Vary') ?? '')
    return answer && new Response(answer.body, answer)
  }

  /** Checks the response to a request before it leaves Hono. */
  function finish(context: Context, enforcement: Enforcement<Context, Actor>): void {
    // An error handler that does not know an error answers it as a failure.
    const answer = context.res.status >= 500 ? responseOf(context.error, context) : undefined
    if (answer) replace(context, answer)
    if (enforcement.guard.holds) holdResponse(context, enforcement)
    if (enforcement.guard.personal && enforcement.guard.state !== 'blocked') {
      const getHeader = (name: string) => context.res.headers.get(name) ?? undefined
      keepPrivate({ getHeader, header: context.header })
    }
    enforcement.answered()
  }

  const authorize = (...declared: [] | RouteDeclaration) => {
    if (declared.length === 0)
      return (context: Context, next: Next) => proceed(context, (enforcement) => enforcement.arm(), next)
    return guardedRoute(authorizer, declared, (context: Context, next: Next) =>
      proceed(context, (enforcement) => enforcement.enforce(...declared), next),
    )
  }

  function unguarded(reason: string, handler?: Handler) {
    const open = async (context: Context, next: Next): Promise<Response | undefined> => {
      let hasLeft = false
      const leave = (): Promise<void> => {
        hasLeft = true
        return next()
      }
      const isNext = handler ? () => !hasLeft : staysInNext(context)
      let answer: Response | undefined
      const work = async (): Promise<void> => {
        // Hono types what a handler returns by its routes.
        if (handler) answer = (await handler(context, leave)) as Response | undefined
        else await next()
      }
      // A response that an error handler makes is not exempt.
      const covers = (): boolean => isNext() && context.error === undefined
      await proceed(context, (enforcement) => void enforcement.open(reason, covers), work)
      return answer
    }
    return publicRoute(open, reason, handler === undefined ? [] : [handler], "serveStatic({ root: './public' })")
  }

  // Sound: only the types carry the row type of the loader to handlers.
  return { authorize: authorize as Authorize, unguarded: unguarded as HonoAuthorization['unguarded'] }
}

/** The property in which a request keeps the highest number of its handlers that it has entered. */
const deepest: unique symbol = Symbol('arcturus.deepest')

/**
 * Returns a function that returns whether a request has entered no handler behind the next one. Hono numbers the
 * handlers of a request, and keeps the number of the one that the request entered last.
 */
function staysInNext({ req }: Context): () => boolean {
  let current = req.routeIndex
  const last = current + 1
  // Sound: no other code has the symbol.
  const known = req as typeof req & { [deepest]?: number }
  if (known[deepest] === undefined) {
    known[deepest] = current
    const set = (index: number): void => {
      current = index
      known[deepest] = Math.max(known[deepest] ?? index, index)
    }
    Object.defineProperty(req, 'routeIndex', { get: () => current, set, configurable: true, enumerable: true })
  }
  return () => Number(known[deepest]) <= last
}

/** Replaces a response without a decision: that of the routes, and those that middleware above puts in its place. */
function holdResponse(context: Context, enforcement: Enforcement<Context, Actor>): void {
  const checked = (response: Response): Response => {
    const undecided = enforcement.hold(response.status, response.body !== null)
    if (!undecided) return response
    console.error(undecided)
    context.error = undecided
    return new Response('Internal Server Error', { status: 500 })
  }
  const sent = checked(context.res)
  if (sent !== context.res) replace(context, sent)
  // It has Hono's own accessor.
  const prototype: object = Object.getPrototypeOf(context)
  const set = (response: Response | undefined): void => {
    const held = response && checked(response)
    if (held !== response) Reflect.set(prototype, 'res', undefined, context)
    Reflect.set(prototype, 'res', held, context)
  }
  const get = (): unknown => Reflect.get(prototype, 'res', context)
  Object.defineProperty(context, 'res', { get, set, configurable: true })
}

/** Replaces a response, with all of its headers but those by which other origins may read it. */
function replace(context: Context, response: Response): void {
  for (const [name, value] of context.res.headers)
    if (name.startsWith('access-control-')) response.headers.set(name, value)
  // Hono would add the headers of the one before.
  context.res = undefined
  context.res = response
}

/** Returns how Hono routes a request. The rules read `c.req`. */
function routed({ req }: Context): RoutedRequest {
  const target = req.url.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '') || '/'
  return { method: req.method, targets: [target], paths: [req.path], caseSensitive: 'all', request: req }
}
