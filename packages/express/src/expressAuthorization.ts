import {
  type Authority,
  assertActor,
  assertReason,
  assertRoute,
  type Enforcement,
  type EnforcementOptions,
  type Loaded,
  type Loader,
  problemOf,
  type Refusal,
  type RouteOptions,
} from '@arcturus/core'
import { Enforcements, hold } from '@arcturus/core/node'
import type { NextFunction, Request, RequestHandler, Response, Query as TextQuery } from 'express-serve-static-core'
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
    action: string,
    loader: (request: RouteRequest<Params, Query>) => Row,
    options?: RouteOptions,
  ): RouteHandler<Params, Query, AllowedResource<Loaded<Row>>>
}

/** The middleware of one authorizer. */
export interface ExpressAuthorization {
  readonly authorize: Authorize
  /**
   * For a route that is for everybody: the guard lets its answers pass.
   *
   * @param reason - Why, for whoever reads the code.
   * @throws {ArgumentError} There is no reason.
   */
  readonly unguarded: (reason: string) => RequestHandler
}

/**
 * Middleware for Express 5 and 4 that asks an authorizer.
 *
 * @throws {ArgumentError} There is no `actor` function.
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
  assertActor('expressAuthorization', options)
  const enforcements = new Enforcements(authorizer, options)

  function enforcementOf(request: Request, response: Response): Enforcement<Request, Actor> {
    const attach = ({ authorization }: Enforcement<Request, Actor>): void => {
      Object.defineProperty(request, 'authorization', { value: authorization, configurable: true })
    }
    return enforcements.of(request, request.method, attach, () => {
      if (!response.headersSent && !response.hasHeader('Cache-Control')) response.setHeader('Cache-Control', 'private')
    })
  }

  /** Goes on within the request's context, or hands on the refusal or failure. */
  function proceed(
    enforcement: Enforcement<Request, Actor>,
    ask: () => Promise<Refusal | undefined>,
    response: Response,
    next: NextFunction,
  ): void {
    enforcements.run(enforcement, () => {
      ask().then((refusal) => (refusal ? refuse(refusal, response, next) : next()), next)
    })
  }

  function refuse(refusal: Refusal, response: Response, next: NextFunction): void {
    const { reason, error } = refusal
    if (response.headersSent) {
      next(error)
      return
    }
    if (reason === 'nobody' && options.challenge) response.setHeader('WWW-Authenticate', options.challenge)
    if (!options.problemDetails) next(error)
    else
      response
        .status(error.status)
        .type('application/problem+json')
        .send(JSON.stringify(problemOf(error)))
  }

  function authorizeRequest(): RequestHandler {
    return (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      if (enforcement.guard.state === 'idle') holdUndecided(enforcement, request, response, next)
      proceed(enforcement, () => enforcement.arm(), response, next)
    }
  }

  function authorizeResource(action: string, loader: Loader, model: string | undefined): RequestHandler {
    return (request, response, next) => {
      const enforcement = enforcementOf(request, response)
      proceed(enforcement, () => enforcement.enforce(action, loader, model), response, next)
    }
  }

  const authorize = (...parameters: [] | [action: string, loader: Loader, options?: RouteOptions]): RequestHandler => {
    if (parameters.length === 0) return authorizeRequest()
    const [action, loader, { model } = {}] = parameters
    assertRoute(action, loader)
    return authorizeResource(action, loader, model)
  }

  function unguarded(reason: string): RequestHandler {
    assertReason(reason)
    return (request, response, next) => {
      enforcementOf(request, response).guard.open(reason)
      next()
    }
  }

  // Sound: the types of `Authorize` tell handlers which row the loader gave; at run time one loader is like another.
  return { authorize: authorize as Authorize, unguarded }
}

/** Holds back what is answered without a decision, and hands it to the application's error handlers where they can still answer. */
function holdUndecided(
  enforcement: Enforcement<Request, Actor>,
  request: Request,
  response: Response,
  next: NextFunction,
): void {
  const route = `${request.method} ${request.originalUrl.split('?', 1)[0]}`
  hold(response, {
    refusal: (status) => enforcement.hold(status, route),
    replace: next,
    body: (error) => {
      // As Express itself does with an error that no handler can answer any more.
      if (request.app.get('env') !== 'test') console.error(error.stack)
      return 'Internal Server Error'
    },
  })
}
