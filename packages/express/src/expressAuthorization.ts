import { AsyncLocalStorage } from 'node:async_hooks'
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
import { type Holder, hold, isAllowList, keepPrivate } from '@arcturus/core/node'
import type {
  ErrorRequestHandler,
  NextFunction,
  Request,
  RequestHandler,
  Response,
  Query as TextQuery,
} from 'express-serve-static-core'
import { handlersBehind } from './handlersBehind.js'
import { shareShape } from './sharedShape.js'
import type { Actor, AllowedResource } from './types.js'

/** Who asks, and how refusals are answered and told of. */
export type ExpressAuthorizationOptions = EnforcementOptions<Request, Actor>

// biome-ignore lint/suspicious/noExplicitAny: bodies are `any` in Express's own types, and only so do all handlers of a route agree
type RouteRequest<Params, Query> = Request<Params, any, any, Query>
// biome-ignore lint/suspicious/noExplicitAny: as above
type RouteHandler<Params, Query, Locals extends object> = RequestHandler<Params, any, any, Query, Locals>

/** Middleware for the whole application or router. */
export interface Authorize {
  /**
   * Asks the request-level rules (`allow_request`), if the policy has any, and arms the guard: from here on a successful
   * answer (2xx, 3xx) for which nothing was authorized becomes a 500 before a byte of it is sent. What counts is an
   * `authorize(action, loader)`, a check, or a filter that was built.
   */
  (): RequestHandler
  /**
   * For a route, or all that is below a path: loads the resource and goes on if the actor may do that to it;
   * `req.authorization.resource` is the row then. Otherwise an error with the `status` goes to `next`: 401 for nobody, 404
   * for what the actor may not see and for what is not there, 403 for what they may see but not do that to.
   *
   * @param loader - Finds the row, or gives `undefined` or `null`. `req.params` are text: `Number(req.params.id)`.
   */
  <Row, Params = Record<string, string>, Query = TextQuery>(
    action: Action,
    loader: (request: RouteRequest<Params, Query>) => Row,
    options?: RouteOptions,
  ): RouteHandler<Params, Query, AllowedResource<Loaded<Row>>>
  /**
   * For a route that makes or lists rows of a model: refuses who may do the action to no row that there can be, whatever its
   * fields, with 401 or 403. If they may do it to all, that is a decision. If it depends on the row, it is none: the handler asks
   * about the row that it makes (`authorize('create', draft)`), or builds its filter.
   */
  <Name extends ModelName>(action: Action<Name>, model: Name): RequestHandler
}

/** The middleware of one authorizer. */
export interface ExpressAuthorization {
  readonly authorize: Authorize
  /**
   * Lets the responses of handlers pass the guard that are for everybody: on a route those of the route, with `app.use` those of
   * the one handler right behind it. A request that the handler passes on is guarded again.
   *
   * @param reason - Why, for whoever reads the code.
   * @param handler - The handler, in place of one right behind. Pass a router that is for everybody here.
   * @throws {ArgumentError} There is no reason.
   * @example
   * app.get('/health', unguarded('liveness'), health)
   * app.use('/assets', unguarded('styles'), express.static('public'))
   * app.use('/site', unguarded('public pages', siteRouter))
   */
  readonly unguarded: (reason: string, handler?: RequestHandler) => RequestHandler
  /**
   * An error handler, for behind the routes: answers refusals by RFC 9457 that handlers throw (`req.authorization.authorize(…)`),
   * where that is asked for. Those of `authorize(action, loader)` are answered so without it.
   */
  readonly problems: () => ErrorRequestHandler
}

/**
 * Middleware for Express 5 and 4 that asks an authorizer.
 *
 * @throws {ArgumentError} There is no authorizer, or no `actor` function.
 * @example
 * const { authorize, unguarded } = expressAuthorization(authorizer, { actor: (req) => req.user })
 * app.use(authorize())
 * app.get('/health', unguarded('liveness'), health)
 * app.get('/documents/:id', authorize('read', findDocument), (req, res) => res.json(req.authorization.resource))
 */
export function expressAuthorization(
  authorizer: Authority,
  options: ExpressAuthorizationOptions,
): ExpressAuthorization {
  assertAuthorizer('expressAuthorization', authorizer)
  assertActor('expressAuthorization', options)
  const reasons = options.reasons ?? process.env['NODE_ENV'] === 'development'
  const enforcements = new Enforcements(authorizer, { ...options, reasons }, new AsyncLocalStorage(), { ruled })

  function enforcementOf(request: Request, response: Response): Enforcement<Request, Actor> {
    return enforcements.known(request) ?? begin(request, response)
  }

  function begin(request: Request, response: Response): Enforcement<Request, Actor> {
    shareShape(request, 'url')
    shareShape(response, 'finished')
    const enforcement = enforcements.begin(request, request.method, () => {
      if (!enforcement.guard.armed) keepPrivate(response)
    })
    // Read-only to handlers alone.
    Reflect.set(request, 'authorization', enforcement.authorization)
    return enforcement
  }

  /** Goes on within the request's context, or hands on the refusal or failure. */
  function proceed(
    enforcement: Enforcement<Request, Actor>,
    ask: () => Eventual<Denial | undefined>,
    request: Request,
    response: Response,
    next: NextFunction,
  ): void {
    const goOn = (refusal: Denial | undefined): void => {
      if (refusal) refuse(refusal.error, request, response, next)
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

  function refuse(error: AuthorizationError, request: Request, response: Response, next: NextFunction): void {
    const { challenge, problemDetails } = options
    if (response.headersSent) {
      next(error)
      return
    }
    if (challenge !== undefined && error instanceof UnauthenticatedError)
      response.setHeader('WWW-Authenticate', challenge)
    if (problemDetails === undefined) response.vary('Accept')
    if (!wantsProblem(problemDetails, request.headers.accept)) next(error)
    // As bytes, since the type has no charset and Express would add one.
    else
      response
        .status(error.status)
        .type(problemType)
        .send(Buffer.from(JSON.stringify(problemOf(error))))
  }

  function authorizeRequest(): RequestHandler {
    return (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      const { guard } = enforcement
      if (guard.armable && !guard.armed) hold(response, new Undecided(enforcement, request, response, next))
      proceed(enforcement, () => enforcement.arm(), request, response, next)
    }
  }

  const authorize = (
    ...parameters: [] | [action: string, subject: Loader | string, options?: RouteOptions]
  ): RequestHandler => {
    if (parameters.length === 0) return authorizeRequest()
    const [action, subject, options] = parameters
    assertRoute(authorizer, action, subject, options)
    return (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      proceed(enforcement, () => enforcement.enforce(action, subject, options), request, response, next)
    }
  }

  function unguarded(reason: string, handler?: RequestHandler): RequestHandler {
    assertReason(reason)
    assertUnguarded(handler)
    const open: RequestHandler = (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      if (!handler) {
        enforcement.open(reason, handlersBehind(request, next, open))
        next()
        return
      }
      let isWithin = true
      enforcement.open(reason, () => isWithin)
      const leave: NextFunction = (...parameters: unknown[]) => {
        isWithin = false
        Reflect.apply(next, undefined, parameters)
      }
      // What error handlers answer is theirs.
      const fail = (error: unknown): never => {
        isWithin = false
        throw error
      }
      try {
        const result: unknown = handler(request, response, leave)
        return result instanceof Promise ? result.catch(fail) : undefined
      } catch (error) {
        return fail(error)
      }
    }
    return open
  }

  const problems = (): ErrorRequestHandler => (error, request, response, next) => {
    if (error instanceof AuthorizationError) refuse(error, request, response, next)
    else next(error)
  }

  // Sound: the types of `Authorize` tell handlers which row the loader gave; at run time one loader is like another.
  return { authorize: authorize as Authorize, unguarded, problems }
}

/** The request as the rules read it: its `path` is the whole one, below any mount, and compares as the router compares it. */
function ruled(request: Request): Request {
  const path = routedPath(request.originalUrl, request.app.enabled('case sensitive routing'))
  return Object.create(request, { path: { value: path, enumerable: true } })
}

function assertUnguarded(handler: unknown): void {
  if (handler === undefined || typeof handler === 'function') return
  throw new ArgumentError('invalid-argument', 'The second argument of unguarded must be a handler.', {
    hint: "unguarded('styles', express.static('public'))",
  })
}

/** Holds back what is answered without a decision, and hands it to the application's error handlers where they can still answer. */
class Undecided implements Holder {
  readonly #enforcement: Enforcement<Request, Actor>
  readonly #request: Request
  readonly #response: Response
  readonly replace: NextFunction
  readonly exempts: Holder['exempts']

  constructor(enforcement: Enforcement<Request, Actor>, request: Request, response: Response, next: NextFunction) {
    this.#enforcement = enforcement
    this.#request = request
    this.#response = response
    this.replace = next
    this.exempts = request.method === 'OPTIONS' ? (body) => isAllowList(response, body) : undefined
  }

  holds(): boolean {
    return this.#enforcement.guard.holds
  }

  refusal(status: number): Error | undefined {
    const { method, originalUrl } = this.#request
    return this.#enforcement.hold(status, `${method} ${originalUrl.split('?', 1)[0]}`)
  }

  sending(): void {
    const { personal, state } = this.#enforcement.guard
    if (personal && state !== 'blocked') keepPrivate(this.#response)
    this.#enforcement.answered()
  }

  body(error: Error): string {
    // As Express itself does with an error that no handler can answer any more.
    if (this.#request.app.get('env') !== 'test') console.error(error.stack)
    return 'Internal Server Error'
  }
}
