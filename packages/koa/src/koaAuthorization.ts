import { AsyncLocalStorage } from 'node:async_hooks'
import { type OutgoingHttpHeaders, STATUS_CODES } from 'node:http'
import type { Action, ActionOn, Actor, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArgumentError, AuthorizationError, type Eventual } from '@arcturus/core/internal/web'
import {
  type Authority,
  type Denial,
  denialOf,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
  guardedRoute,
  type Loaded,
  problemType,
  publicRoute,
  type RouteDeclaration,
  type RoutedRequest,
  type RouteOptions,
  requestId,
} from '@arcturus/web'
import { holdUndecided, isAllowList } from '@arcturus/web/node'
import type { Context, ExtendableContext, Middleware, Next } from 'koa'
import type { AllowedState, RouteContext } from './types.js'

/** The actor of a request, and how denials are answered and reported. */
export type KoaAuthorizationOptions = EnforcementOptions<Context, Actor>

/** Middleware for the whole application, a router or a route. */
export interface Authorize<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Checks the request-level rules (`allow_request`), if the policy has any, and arms the guard.
   *
   * From here on, a successful response (2xx, 3xx) without an authorization decision becomes a 500
   * before any byte is sent. A decision is an `authorize(action, loader)`, a check, or a filter
   * that was built.
   */
  (): Middleware<AllowedState<unknown, P>, object>
  /**
   * Middleware for a route, or for everything below a path. It loads the resource and continues if
   * the actor may do the action on it. `ctx.state.authorization.resource` is then the row.
   *
   * Otherwise it throws an error with a `status`:
   * - 401 for anonymous users,
   * - 404 if the row is missing or the actor may not see it,
   * - 403 if the actor may see it but not do the action.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none. `ctx.params` are
   * strings: `Number(ctx.params.id)`.
   */
  <Row, LoaderContext extends ExtendableContext = RouteContext>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (context: LoaderContext) => Row,
    options?: RouteOptions<[context: LoaderContext]>,
  ): Middleware<AllowedState<Loaded<Row>, P>, object>
  /**
   * Middleware for a route that creates or lists rows of a model. It responds with 401 or 403 if
   * the actor may do the action on no possible row, whatever its fields.
   *
   * If the actor may do the action on every row, that is a decision. If it depends on the row, the
   * handler must decide: check the new row (`authorize('create', draft)`) or build a filter.
   */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): Middleware<AllowedState<unknown, P>, object>
}

/** The middleware of one authorizer. */
export interface KoaAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<P>
  /**
   * Exempts public responses from the guard: those of a route of `@koa/router`, or of the given
   * middleware. If the middleware passes the request on, or if the request enters another route,
   * the guard applies again.
   *
   * @param reason - Why the responses are public, for readers of the code.
   * @param middleware - The public middleware. If there is none, the rest of the route is public.
   * So is any middleware behind the router that the route passes the request on to.
   * @throws {ArgumentError} The reason is missing, or there is no middleware outside of a route,
   * which would open everything behind.
   * @example
   * router.get('/health', unguarded('liveness'), health)
   * app.use(unguarded('styles', serve('public')))
   */
  readonly unguarded: (reason: string, ...middleware: Middleware[]) => Middleware<object, object>
}

/**
 * Returns the middleware of an authorizer for Koa 3 and 2.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = koaAuthorization(authorizer, { actor: (ctx) => ctx.state.user })
 * app.use(authorize())
 * router.get('/health', unguarded('liveness'), health)
 * router.get('/documents/:id', authorize('read', findDocument), (ctx) => {
 *   ctx.body = ctx.state.authorization.resource
 * })
 */
export function koaAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  given: KoaAuthorizationOptions,
): KoaAuthorization<P>
export function koaAuthorization(authorizer: Authority, given: KoaAuthorizationOptions): KoaAuthorization {
  const hooks = {
    made: 'koaAuthorization',
    routed,
    requestId: ({ state, request }: Context) => state['id'] ?? requestId(request),
  }
  const enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
  const { options } = enforcements

  function enforcementOf(context: Context): Enforcement<Context, Actor> {
    const known = enforcements.known(context)
    if (known) return known
    const enforcement = enforcements.begin(context, context.method)
    context.state.authorization = enforcement.authorization
    holdResponse(enforcement, context)
    answerProblems(context, options)
    return enforcement
  }

  /**
   * Continues if `ask` returns no denial. Denials from here or from later middleware get their
   * headers and are rethrown.
   */
  async function proceed(
    context: Context,
    ask: (enforcement: Enforcement<Context, Actor>) => Eventual<Denial | undefined>,
    next: (enforcement: Enforcement<Context, Actor>) => Promise<unknown>,
  ): Promise<void> {
    const enforcement = enforcementOf(context)
    try {
      await enforcements.run(enforcement, async () => {
        const denial = await ask(enforcement)
        if (denial) throw denial.error
        await next(enforcement)
      })
    } catch (error) {
      if (error instanceof AuthorizationError) addHeaders(context, error)
      throw error
    }
  }

  /**
   * Koa clears the headers of a response that becomes an error, and sets the headers of the error.
   */
  function addHeaders(context: Context, error: AuthorizationError): void {
    if (options.problemDetails === undefined && !context.headerSent) context.vary('Accept')
    const { headers } = denialOf(error, options, undefined, context.response.get('Vary'))
    Object.assign(error, { headers })
  }

  const authorizeRequest = (context: Context, next: Next): Promise<void> =>
    proceed(
      context,
      (enforcement) => enforcement.arm(),
      async (enforcement) => {
        const before = context.res.getHeaders()
        await next()
        // Koa responds after all middleware has run, so this error still reaches the application's
        // error handlers.
        if (context.headerSent || context.respond === false) return
        const error = enforcement.hold(context.status, hasBody(context))
        if (!error) return
        clear(context, before)
        throw error
      },
    )

  const authorize = (...declared: [] | RouteDeclaration) => {
    if (declared.length === 0) return authorizeRequest
    return guardedRoute(authorizer, declared, (context: Context, next: Next) =>
      proceed(context, (enforcement) => enforcement.enforce(...declared), next),
    )
  }

  function unguarded(reason: string, ...middleware: Middleware[]) {
    const open = async (context: Context, next: Next): Promise<unknown> => {
      const enforcement = enforcementOf(context)
      const isInside = middleware.length > 0 ? () => true : routeEntered(context, open)
      const isUnanswered = unansweredSince(context)
      let covers = isInside
      enforcement.open(reason, () => covers())
      const enter = async (at: number): Promise<unknown> => {
        const one = middleware[at]
        if (one) return Reflect.apply(one, undefined, [context, () => enter(at + 1)])
        if (at > 0) covers = nothing
        await next()
        // No later middleware responded, so the exempt one may.
        if (isUnanswered()) covers = isInside
        return undefined
      }
      try {
        const result = await enter(0)
        // Middleware above is not exempt: it may respond if this one did not, or add a body. What
        // bypasses Koa may still come.
        if (context.respond === false) return result
        const inside = covers
        if (isUnanswered()) covers = nothing
        else if (!hasBody(context)) covers = () => inside() && !hasBody(context)
        return result
      } catch (error) {
        // A response that outer middleware makes from the error is not exempt.
        covers = nothing
        throw error
      }
    }
    return publicRoute(open, reason, middleware, "serve('public')")
  }

  // Sound: every Koa context has the properties of `Context`. The types only carry the row type of
  // the loader to handlers.
  return { authorize: authorize as unknown as Authorize, unguarded: unguarded as KoaAuthorization['unguarded'] }
}

/**
 * Returns how Koa routes a request now. A middleware may have changed its path; koa-mount does so
 * for what it mounts.
 */
function routed(context: Context): RoutedRequest {
  const { method, originalUrl, url, path } = context
  const targets = [originalUrl, url]
  const [sent = ''] = originalUrl.split('?', 1)
  const mount: unknown = Reflect.get(context, 'mountPath')
  if (sent === path || typeof mount !== 'string') return { method, targets, paths: [path] }
  // In nested mounts this is the path of the innermost one, and it stays set behind the mounts.
  const mounted = mount.replace(/\/$/, '') + path
  return { method, targets, paths: sent.endsWith(path) ? [...new Set([sent, mounted])] : [path, mounted] }
}

/**
 * Returns a function that returns whether a request is still in the route of a middleware:
 * `@koa/router` assigns `captures` anew for each route that a request enters. Koa itself does not
 * report when a middleware passes a request on.
 *
 * @throws {ArgumentError} The middleware is not on a route, so it would open everything behind.
 */
function routeEntered(context: Context, middleware: unknown): () => boolean {
  const captures: unknown = Reflect.get(context, 'captures')
  const used: readonly unknown[] = context.app.middleware
  if (captures !== undefined && !used.includes(middleware)) return () => Reflect.get(context, 'captures') === captures
  throw new ArgumentError(
    'invalid-argument',
    'unguarded(reason) outside of a route would open every route behind it.',
    {
      hint: "app.use(unguarded('styles', serve('public'))), or unguarded(reason) on a route of @koa/router",
    },
  )
}

/** Returns a function that returns whether no middleware has responded since. */
function unansweredSince(context: Context): () => boolean {
  const { status, body } = context
  return () => !context.headerSent && context.status === status && context.body === body
}

const nothing = (): boolean => false

/**
 * Returns whether Koa will respond with a body of the application. Without one it sends the message
 * of the status.
 */
function hasBody({ body, status }: Context): boolean {
  if (body === null || body === undefined || body === '' || [204, 205, 304].includes(status)) return false
  return !(body instanceof Uint8Array) || body.length > 0
}

/** Removes a blocked response: error handlers above may answer with the status alone. */
function clear(context: Context, before: OutgoingHttpHeaders): void {
  for (const name of context.res.getHeaderNames()) context.remove(name)
  context.set(before as Record<string, string>)
  context.body = undefined
  // Blocked again, unless a handler sets another status.
  context.status = 200
}

/**
 * Answers a denial that no middleware handled as a problem, if the `problemDetails` option or the
 * `Accept` header wants one. Koa calls `onerror` for it.
 */
function answerProblems(context: Context, options: KoaAuthorizationOptions): void {
  const answer = context.onerror
  context.onerror = (error) => {
    const isAnswerable = !context.headerSent && context.writable
    const denial = error instanceof AuthorizationError ? denialOf(error, options, context.get('Accept')) : undefined
    if (!isAnswerable || !denial?.problem) return Reflect.apply(answer, context, [error])
    const { app, res } = context
    // The rest is as in Koa.
    app.emit('error', error, context)
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    context.set({ ...denial.headers, ...Reflect.get(error, 'headers') })
    context.status = Reflect.get(error, 'status')
    context.type = problemType
    return res.end(denial.problem)
  }
}

/** Holds back a response without a decision that bypasses the middleware, past Koa or above it. */
function holdResponse(enforcement: Enforcement<Context, Actor>, context: Context): void {
  const { res, app } = context
  holdUndecided(res, enforcement, {
    exempts: (body) => isAllowList(res, body) || (!hasBody(context) && body === STATUS_CODES[res.statusCode]),
    replace: (error) => context.onerror(error),
    report: (error) => app.emit('error', error, context),
  })
}
