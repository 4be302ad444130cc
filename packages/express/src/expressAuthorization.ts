import { AsyncLocalStorage } from 'node:async_hooks'
import type { Action, ActionOn, Actor, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { AuthorizationError, type Eventual } from '@arcturus/core/internal/web'
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
import { holdUndecided, keepPrivate } from '@arcturus/web/node'
import type {
  ErrorRequestHandler,
  NextFunction,
  Request,
  RequestHandler,
  Response,
  Query as TextQuery,
} from 'express-serve-static-core'
import { handlersBehind } from './handlersBehind.js'
import { hasOtherRouters } from './routers.js'
import { shareShape } from './sharedShape.js'
import type { AllowedResource } from './types.js'

/** The actor of a request, and how denials are answered and reported. */
export type ExpressAuthorizationOptions = EnforcementOptions<Request, Actor>

// biome-ignore lint/suspicious/noExplicitAny: Express types bodies as `any`, so handlers agree
type RouteRequest<Params, Query> = Request<Params, any, any, Query>
// biome-ignore lint/suspicious/noExplicitAny: as above
type RouteHandler<Params, Query, Locals extends object> = RequestHandler<Params, any, any, Query, Locals>

/** Middleware for the whole application or router. */
export interface Authorize<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Checks the request-level rules (`allow_request`), if the policy has any, and arms the guard.
   *
   * From here on, a successful response (2xx, 3xx) without an authorization decision becomes a 500
   * before any byte is sent. A decision is an `authorize(action, loader)`, a check, or a filter
   * that was built.
   */
  (): RequestHandler
  /**
   * Middleware for a route, or for everything below a path. It loads the resource and continues if
   * the actor may do the action on it. `req.authorization.resource` is then the row.
   *
   * Otherwise it passes an error with a `status` to `next`:
   * - 401 for anonymous users,
   * - 404 if the row is missing or the actor may not see it,
   * - 403 if the actor may see it but not do the action.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none. `req.params` are
   * strings: `Number(req.params.id)`.
   */
  <Row, Params = Record<string, string>, Query = TextQuery>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (request: RouteRequest<Params, Query>) => Row,
    options?: RouteOptions<[request: RouteRequest<Params, Query>]>,
  ): RouteHandler<Params, Query, AllowedResource<Loaded<Row>, P>>
  /**
   * Middleware for a route that creates or lists rows of a model. It responds with 401 or 403 if
   * the actor may do the action on no possible row, whatever its fields.
   *
   * If the actor may do the action on every row, that is a decision. If it depends on the row, the
   * handler must decide: check the new row (`authorize('create', draft)`) or build a filter.
   */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): RequestHandler
}

/** The middleware of one authorizer. */
export interface ExpressAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<P>
  /**
   * Exempts public responses from the guard. On a route it exempts the handlers of the route; with
   * `app.use` it exempts the next handler. If the handler passes the request on, the guard applies
   * again.
   *
   * @param reason - Why the responses are public, for readers of the code.
   * @param handlers - The public handlers, instead of the next one. Pass a public router here, or
   * handlers that belong together.
   * @throws {ArgumentError} The reason is missing.
   * @example
   * app.get('/health', unguarded('liveness'), health)
   * app.use('/assets', unguarded('styles'), express.static('public'))
   * app.use('/site', unguarded('public pages', siteRouter))
   * app.use('/docs', unguarded('docs', swaggerUi.serve, swaggerUi.setup(document)))
   */
  readonly unguarded: (reason: string, ...handlers: (RequestHandler | RequestHandler[])[]) => RequestHandler
  /**
   * Returns an error handler to put behind the routes. It answers denials that handlers throw
   * (`req.authorization.authorize(…)`) as RFC 9457 problems, if the `problemDetails` option or the
   * request's `Accept` header wants them. Denials of `authorize(action, loader)` are answered this
   * way without it.
   */
  readonly problems: () => ErrorRequestHandler
}

/**
 * Returns the middleware of an authorizer for Express 5 and 4.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = expressAuthorization(authorizer, { actor: (req) => req.user })
 * app.use(authorize())
 * app.get('/health', unguarded('liveness'), health)
 * app.get('/documents/:id', authorize('read', findDocument), (req, res) =>
 *   res.json(req.authorization.resource),
 * )
 */
export function expressAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  given: ExpressAuthorizationOptions,
): ExpressAuthorization<P>
export function expressAuthorization(authorizer: Authority, given: ExpressAuthorizationOptions): ExpressAuthorization {
  const hooks = { made: 'expressAuthorization', routed, requestId }
  const enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
  const { options } = enforcements

  function enforcementOf(request: Request, response: Response): Enforcement<Request, Actor> {
    return enforcements.known(request) ?? begin(request, response)
  }

  function begin(request: Request, response: Response): Enforcement<Request, Actor> {
    shareShape(request, 'url')
    shareShape(response, 'finished')
    const enforcement = enforcements.begin(request, request.method, () => {
      if (!enforcement.guard.armed) keepPrivate(response)
    })
    // The property is read-only only in the types of handlers.
    Reflect.set(request, 'authorization', enforcement.authorization)
    return enforcement
  }

  /** Continues within the request's context, or passes the denial or failure to `next`. */
  function proceed(
    enforcement: Enforcement<Request, Actor>,
    ask: () => Eventual<Denial | undefined>,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    const goOn = (denial: Denial | undefined): void => {
      if (denial) deny(denial.error, request, response, next)
      else next()
    }
    enforcements.run(enforcement, () => {
      let answer: Eventual<Denial | undefined>
      try {
        answer = ask()
      } catch (error) {
        next(error)
        return
      }
      if (answer instanceof Promise) answer.then(goOn, next)
      else goOn(answer)
    })
  }

  function deny(error: AuthorizationError, request: Request, response: Response, next: NextFunction): void {
    if (!response.headersSent) {
      const { headers, problem } = denialOf(error, options, request.headers.accept, response.get('Vary'))
      response.set(headers)
      // Bytes, because Express adds a charset to strings and this type has none.
      if (problem) return void response.status(error.status).type(problemType).send(Buffer.from(problem))
    }
    next(error)
  }

  function authorizeRequest(): RequestHandler {
    return (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      const { guard } = enforcement
      if (guard.armable && !guard.armed) holdResponse(enforcement, request, response, next)
      proceed(enforcement, () => enforcement.arm(), request, response, next)
    }
  }

  const authorize = (...declared: [] | RouteDeclaration): RequestHandler => {
    if (declared.length === 0) return authorizeRequest()
    return guardedRoute<RequestHandler>(authorizer, declared, (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      proceed(enforcement, () => enforcement.enforce(...declared), request, response, next)
    })
  }

  function unguarded(reason: string, ...given: (RequestHandler | RequestHandler[])[]): RequestHandler {
    const handlers = given.flat()
    const open: RequestHandler = (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      if (handlers.length === 0) {
        enforcement.open(reason, handlersBehind(request, next, open))
        next()
        return
      }
      let isWithin = true
      enforcement.open(reason, () => isWithin)
      // Responses of error handlers and of later ones are guarded.
      const leave: NextFunction = (...parameters: unknown[]) => {
        isWithin = false
        Reflect.apply(next, undefined, parameters)
      }
      const fail = (error: unknown): void => leave(error || new Error('A handler failed without an error.'))
      const enter = ([handler, ...others]: readonly RequestHandler[]): void => {
        const goOn: NextFunction = (error?: unknown) => (error || others.length === 0 ? leave(error) : enter(others))
        try {
          const result: unknown = handler?.(request, response, goOn)
          if (result instanceof Promise) result.catch(fail)
        } catch (error) {
          fail(error)
        }
      }
      enter(handlers)
    }
    return publicRoute(open, reason, handlers, "express.static('public')")
  }

  const problems = (): ErrorRequestHandler => (error, request, response, next) => {
    if (error instanceof AuthorizationError) deny(error, request, response, next)
    else next(error)
  }

  // Sound: only the types of `Authorize` carry the row type of the loader; at run time all loaders
  // are alike.
  return { authorize: authorize as Authorize, unguarded, problems }
}

/**
 * Returns how Express routes a request now. `baseUrl` is the path of the mounts, and a middleware
 * may have changed `url`.
 */
function routed({ method, originalUrl, baseUrl, url, app }: Request): RoutedRequest {
  const whole = baseUrl + url
  const caseSensitive = app.enabled('case sensitive routing') ? (hasOtherRouters(app) ? 'some' : 'all') : 'none'
  return { method, targets: [originalUrl, whole], paths: [whole], caseSensitive }
}

/**
 * Holds back a response without a decision, and passes an error to the application's error handlers
 * if they can still respond.
 */
function holdResponse(
  enforcement: Enforcement<Request, Actor>,
  { app }: Request,
  response: Response,
  replace: NextFunction,
): void {
  holdUndecided(response, enforcement, {
    replace,
    report: (error) => {
      // Express does the same with an error that no handler can answer any more.
      if (app.get('env') !== 'test') console.error(error.stack)
    },
  })
}
