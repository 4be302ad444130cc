import { AsyncLocalStorage } from 'node:async_hooks'
import { STATUS_CODES } from 'node:http'
import { type Action, ArgumentError, AuthorizationError, type ModelName, UnauthenticatedError } from '@arcturus/core'
import {
  type Authority,
  assertActor,
  assertAuthorizer,
  assertReason,
  assertRoute,
  type Denial,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
  type Eventual,
  type Loaded,
  type Loader,
  problemOf,
  problemType,
  type RouteOptions,
  routedPath,
  wantsProblem,
} from '@arcturus/core/framework'
import { hold, isAllowList, keepPrivate } from '@arcturus/core/node'
import type { Context, ExtendableContext, Middleware, Next } from 'koa'
import type { Actor, AllowedState, RouteContext } from './types.js'

/** Who asks, and how refusals are answered and told of. */
export type KoaAuthorizationOptions = EnforcementOptions<Context, Actor>

/** Middleware for the whole application, a router or a route. */
export interface Authorize {
  /**
   * Asks the request-level rules (`allow_request`), if the policy has any, and arms the guard: from here on a successful
   * answer (2xx, 3xx) for which nothing was authorized becomes a 500 before a byte of it is sent. What counts is an
   * `authorize(action, loader)`, a check, or a filter that was built.
   */
  (): Middleware<AllowedState<unknown>, object>
  /**
   * For a route, or all that is below a path: loads the resource and goes on if the actor may do that to it;
   * `ctx.state.authorization.resource` is the row then. Otherwise an error with the `status` is thrown: 401 for nobody, 404
   * for what the actor may not see and for what is not there, 403 for what they may see but not do that to.
   *
   * @param loader - Finds the row, or gives `undefined` or `null`. `ctx.params` are text: `Number(ctx.params.id)`.
   */
  <Row, LoaderContext extends ExtendableContext = RouteContext>(
    action: Action,
    loader: (context: LoaderContext) => Row,
    options?: RouteOptions,
  ): Middleware<AllowedState<Loaded<Row>>, object>
  /**
   * For a route that makes or lists rows of a model: refuses who may do the action to no row that there can be, whatever its
   * fields, with 401 or 403. If they may do it to all, that is a decision. If it depends on the row, it is none: the handler asks
   * about the row that it makes (`authorize('create', draft)`), or builds its filter.
   */
  <Name extends ModelName>(action: Action<Name>, model: Name): Middleware<AllowedState<unknown>, object>
}

/** The middleware of one authorizer. */
export interface KoaAuthorization {
  readonly authorize: Authorize
  /**
   * Lets the responses of a route of `@koa/router` pass the guard that is for everybody, or those of a middleware. A request that the
   * middleware passes on is guarded again, and so is one that enters another route.
   *
   * @param reason - Why, for whoever reads the code.
   * @param middleware - The middleware. Without it the rest of the route is for everybody, and what that passes on to behind the router.
   * @throws {ArgumentError} There is no reason, or it has no middleware and is not on a route: that would open all that is behind.
   * @example
   * router.get('/health', unguarded('liveness'), health)
   * app.use(unguarded('styles', serve('public')))
   */
  readonly unguarded: (reason: string, middleware?: Middleware) => Middleware<object, object>
}

/**
 * Middleware for Koa 3 and 2 that asks an authorizer.
 *
 * @throws {ArgumentError} There is no authorizer, or no `actor` function.
 * @example
 * const { authorize, unguarded } = koaAuthorization(authorizer, { actor: (ctx) => ctx.state.user })
 * app.use(authorize())
 * router.get('/health', unguarded('liveness'), health)
 * router.get('/documents/:id', authorize('read', findDocument), (ctx) => { ctx.body = ctx.state.authorization.resource })
 */
export function koaAuthorization(authorizer: Authority, options: KoaAuthorizationOptions): KoaAuthorization {
  assertAuthorizer('koaAuthorization', authorizer)
  assertActor('koaAuthorization', options)
  const reasons = options.reasons ?? process.env['NODE_ENV'] === 'development'
  const enforcements = new Enforcements(authorizer, { ...options, reasons }, new AsyncLocalStorage(), { ruled })

  function enforcementOf(context: Context): Enforcement<Context, Actor> {
    const known = enforcements.known(context)
    if (known) return known
    const enforcement = enforcements.begin(context, context.method)
    context.state.authorization = enforcement.authorization
    holdUndecided(enforcement, context)
    answerProblems(context, options)
    return enforcement
  }

  /** Goes on if the question is answered by no refusal; what is denied by then or further down is thrown on, whoever asks. */
  async function proceed(
    context: Context,
    ask: (enforcement: Enforcement<Context, Actor>) => Eventual<Denial | undefined>,
    next: (enforcement: Enforcement<Context, Actor>) => Promise<unknown>,
  ): Promise<void> {
    const enforcement = enforcementOf(context)
    try {
      await enforcements.run(enforcement, async () => {
        const refusal = await ask(enforcement)
        if (refusal) throw refusal.error
        await next(enforcement)
      })
    } catch (error) {
      if (error instanceof AuthorizationError) addHeaders(context, error)
      throw error
    }
  }

  /** Koa clears the headers of an answer that becomes an error, and sets those that the error brings. */
  function addHeaders(context: Context, error: AuthorizationError): void {
    const { challenge, problemDetails } = options
    if (problemDetails === undefined && !context.headerSent) context.vary('Accept')
    const varying = context.response.get('Vary')
    const headers = {
      ...(challenge && error instanceof UnauthenticatedError ? { 'WWW-Authenticate': challenge } : {}),
      ...(varying ? { Vary: varying } : {}),
    }
    Object.assign(error, { headers })
  }

  const authorizeRequest = (context: Context, next: Next): Promise<void> =>
    proceed(
      context,
      (enforcement) => enforcement.arm(),
      async (enforcement) => {
        await next()
        // Koa answers after all middleware has run; so this error still meets the error handlers of the application.
        if (context.headerSent || context.respond === false) return
        const error = enforcement.hold(context.status, routeOf(context), hasBody(context))
        if (error) throw error
      },
    )

  const authorize = (...parameters: [] | [action: string, subject: Loader | string, options?: RouteOptions]) => {
    if (parameters.length === 0) return authorizeRequest
    const [action, subject, options] = parameters
    assertRoute(authorizer, action, subject, options)
    return (context: Context, next: Next): Promise<void> =>
      proceed(context, (enforcement) => enforcement.enforce(action, subject, options), next)
  }

  function unguarded(reason: string, middleware?: Middleware) {
    assertReason(reason)
    assertUnguarded(middleware)
    const open = async (context: Context, next: Next): Promise<unknown> => {
      const enforcement = enforcementOf(context)
      if (!middleware) {
        const route = routeEntered(context, open)
        enforcement.open(reason, () => Reflect.get(context, 'captures') === route)
        return next()
      }
      let isWithin = true
      enforcement.open(reason, () => isWithin)
      const leave = async (): Promise<void> => {
        isWithin = false
        await next()
        // Nobody behind it answered, so that it may.
        isWithin = context.status === 404 && !hasBody(context)
      }
      try {
        return await Reflect.apply(middleware, undefined, [context, leave])
      } catch (error) {
        // What middleware above makes of the error is not its answer.
        isWithin = false
        throw error
      }
    }
    return open
  }

  // Sound: every context of Koa has what `Context` has; the types tell handlers which row the loader gave.
  return { authorize: authorize as unknown as Authorize, unguarded: unguarded as KoaAuthorization['unguarded'] }
}

/** The context as the rules read it: its `path` is the whole one, below any mount, and compares as routers compare it. */
function ruled(context: Context): Context {
  return Object.create(context, { path: { value: routedPath(context.originalUrl), enumerable: true } })
}

function assertUnguarded(middleware: unknown): void {
  if (middleware === undefined || typeof middleware === 'function') return
  throw new ArgumentError('invalid-argument', 'The second argument of unguarded must be a middleware.', {
    hint: "unguarded('styles', serve('public'))",
  })
}

/**
 * Returns what identifies the route that a request is on: `@koa/router` assigns `captures` anew for each that the request enters. Koa
 * itself does not tell when a middleware passes a request on.
 *
 * @throws {ArgumentError} The middleware is not on a route, so that it would open all that is behind.
 */
function routeEntered(context: Context, middleware: unknown): unknown {
  const captures: unknown = Reflect.get(context, 'captures')
  const used: readonly unknown[] = context.app.middleware
  if (captures !== undefined && !used.includes(middleware)) return captures
  throw new ArgumentError(
    'invalid-argument',
    'unguarded(reason) outside of a route would open every route behind it.',
    {
      hint: "app.use(unguarded('styles', serve('public'))), or unguarded(reason) on a route of @koa/router",
    },
  )
}

/** Whether Koa will answer with a body of the application. Without one it writes the message of the status. */
function hasBody({ body, status }: Context): boolean {
  if (body === null || body === undefined || body === '' || [204, 205, 304].includes(status)) return false
  return !(body instanceof Uint8Array) || body.length > 0
}

function routeOf({ method, originalUrl }: Context): string {
  return `${method} ${originalUrl.split('?', 1)[0]}`
}

/** Lets a refusal that no middleware answered have the form that the request asks for, where Koa answers it. */
function answerProblems(context: Context, { problemDetails }: KoaAuthorizationOptions): void {
  const answer = context.onerror
  context.onerror = (error) => {
    const isAnswerable = !context.headerSent && context.writable
    const isProblem = error instanceof AuthorizationError && wantsProblem(problemDetails, context.get('Accept'))
    if (!isAnswerable || !isProblem) return Reflect.apply(answer, context, [error])
    const { app, res } = context
    // From here on as Koa does.
    app.emit('error', error, context)
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    const headers: unknown = Reflect.get(error, 'headers')
    if (typeof headers === 'object') context.set({ ...headers })
    context.status = error.status
    context.type = problemType
    return res.end(JSON.stringify(problemOf(error)))
  }
}

/** Holds back what is answered without a decision on another way than through the middleware: past Koa, or above it. */
function holdUndecided(enforcement: Enforcement<Context, Actor>, context: Context): void {
  const { res, app } = context
  hold(res, {
    holds: () => enforcement.guard.holds,
    refusal: (status) => enforcement.hold(status, routeOf(context)),
    exempts:
      context.method === 'OPTIONS'
        ? (body) => isAllowList(res, body) || (!hasBody(context) && body === STATUS_CODES[res.statusCode])
        : undefined,
    sending: () => {
      const { personal, state } = enforcement.guard
      if (personal && state !== 'blocked') keepPrivate(res)
      enforcement.answered()
    },
    replace: (error) => context.onerror(error),
    body: (error) => {
      app.emit('error', error, context)
      return 'Internal Server Error'
    },
  })
}
