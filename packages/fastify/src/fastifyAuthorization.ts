import { AsyncLocalStorage } from 'node:async_hooks'
import { STATUS_CODES } from 'node:http'
import type { Action, ActionOn, Actor, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArcturusError, ArgumentError, AuthorizationError } from '@arcturus/core/internal/web'
import {
  type Authority,
  denialOf,
  type Enforcement,
  type EnforcementOptions,
  Enforcements,
  guardedRoute,
  keepPrivate,
  type Loaded,
  problemType,
  publicRoute,
  type RequestAuthorization,
  type RouteDeclaration,
  type RoutedRequest,
  type RouteOptions,
  requestId,
} from '@arcturus/web'
import { holdUndecided } from '@arcturus/web/node'
import type { FastifyPluginCallback, FastifyReply, FastifyRequest, HookHandlerDoneFunction } from 'fastify'
import { listRoutes } from './listRoutes.js'

declare module 'fastify' {
  interface FastifyRequest {
    /** The authorization of this request's actor. The plugin `authorize()` sets it. */
    authorization: RequestAuthorization<unknown, Actor>
  }
}

/** The actor of a request, and how denials are answered and reported. */
export type FastifyAuthorizationOptions = EnforcementOptions<FastifyRequest, Actor>

/** A hook of a route or of an instance: `onRequest`, `preValidation` or `preHandler`. */
export type AuthorizationHook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

/** The plugin, and hooks for routes. */
export interface Authorize<P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Returns the plugin: `app.register(authorize())`. It checks the request-level rules
   * (`allow_request`), if the policy has any, and arms the guard for the instance that it is
   * registered on, and for those that are registered later.
   *
   * A successful response (2xx, 3xx) without an authorization decision then becomes a 500 before any
   * byte is sent. A decision is an `authorize(action, loader)`, a check, or a filter that was built.
   */
  (): FastifyPluginCallback
  /**
   * A hook of a route: `{ preHandler: authorize('read', findDocument) }`. It loads the resource and
   * continues if the actor may do the action on it. `request.authorization.resource` is then the
   * row; `request.authorization.resourceOf(findDocument)` also has its type.
   *
   * Otherwise it throws an error with a `statusCode`:
   * - 401 for anonymous users,
   * - 404 if the row is missing or the actor may not see it,
   * - 403 if the actor may see it but not do the action.
   *
   * @param loader - Returns the row, or `undefined` or `null` if there is none.
   */
  <Row, Request extends FastifyRequest = FastifyRequest>(
    action: ActionOn<Loaded<Row>, P>,
    loader: (request: Request) => Row,
    options?: RouteOptions<[request: Request]>,
  ): AuthorizationHook
  /**
   * A hook of a route that creates or lists rows of a model. It responds with 401 or 403 if the
   * actor may do the action on no possible row, whatever its fields.
   *
   * If the actor may do the action on every row, that is a decision. If it depends on the row, the
   * handler must decide: check the new row (`authorize('create', draft)`) or build a filter.
   */
  <Name extends ModelName<P>>(action: Action<Name, P>, model: Name): AuthorizationHook
}

/** The plugin and the hooks of one authorizer. */
export interface FastifyAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly authorize: Authorize<P>
  /**
   * A hook that exempts the responses of its routes from the guard: on a route, or on an instance for
   * the routes of a plugin.
   *
   * @param reason - Why the responses are public, for readers of the code.
   * @throws {ArgumentError} The reason is missing.
   * @example
   * app.get('/health', { onRequest: unguarded('liveness') }, health)
   * app.register(async (app) => {
   *   app.addHook('onRequest', unguarded('styles'))
   *   app.register(fastifyStatic, { root })
   * })
   */
  readonly unguarded: (reason: string) => AuthorizationHook
}

/**
 * Returns the plugin and the hooks of an authorizer for Fastify 5.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * const { authorize, unguarded } = fastifyAuthorization(authorizer, { actor: (request) => request.user })
 * app.register(authorize())
 * app.get('/health', { onRequest: unguarded('liveness') }, () => 'well')
 * app.get('/documents/:id', { preHandler: authorize('read', findDocument) }, (request) => request.authorization.resource)
 */
export function fastifyAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  given: FastifyAuthorizationOptions,
): FastifyAuthorization<P>
export function fastifyAuthorization(authorizer: Authority, given: FastifyAuthorizationOptions): FastifyAuthorization {
  const hooks = { made: 'fastifyAuthorization', routed, requestId }
  const enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
  const { options } = enforcements

  function enforcementOf(request: FastifyRequest): Enforcement<FastifyRequest, Actor> {
    const known = enforcements.known(request)
    if (known) return known
    throw new ArgumentError('invalid-argument', 'The request has no authorization: the plugin is not registered.', {
      hint: 'app.register(authorize()), before the plugins that it guards',
    })
  }

  /** What a request threw last. */
  const failed = new WeakMap<FastifyRequest, Error>()
  const headersBefore = new WeakMap<FastifyRequest, ReturnType<FastifyReply['getHeaders']>>()

  const plugin: FastifyPluginCallback = (app, _, done) => {
    // Requests are of one shape.
    if (!app.hasRequestDecorator('authorization')) app.decorateRequest('authorization')
    listRoutes(app)
    app.addHook('onRequest', (request, reply, next) => begin(request, reply, next))
    // The parser of the body calls back from outside of the request.
    app.addHook('preValidation', (request, _reply, next) => enforcements.run(enforcementOf(request), next))
    app.addHook('onError', async (request, reply, error) => {
      failed.set(request, error)
      if (error instanceof AuthorizationError)
        reply.headers(denialOf(error, options, undefined, reply.getHeader('Vary')).headers)
    })
    app.addHook('onSend', async (request, reply, payload) => checked(request, reply, payload))
    done()
  }

  function begin(request: FastifyRequest, reply: FastifyReply, next: HookHandlerDoneFunction): void {
    const known = enforcements.known(request)
    const enforcement = known ?? enforcements.begin(request, request.method)
    // Sound: the authorization is that of the option's actor.
    request.authorization = enforcement.authorization as FastifyRequest['authorization']
    if (!known) {
      headersBefore.set(request, reply.getHeaders())
      holdUndecided(reply.raw, enforcement, { report: (error) => reply.log.error(error) })
    }
    enforcements.run(enforcement, async () => {
      try {
        const denial = await enforcement.arm()
        next(denial?.error)
      } catch (error) {
        next(error as Error)
      }
    })
  }

  /**
   * Returns the payload to send.
   *
   * @throws {UndecidedError} There is no decision.
   */
  function checked(request: FastifyRequest, reply: FastifyReply, payload: unknown): unknown {
    const enforcement = enforcementOf(request)
    const status = payload instanceof Response ? payload.status : reply.statusCode
    const undecided = enforcement.hold(status, hasBody(payload))
    if (undecided) {
      for (const name of Object.keys(reply.getHeaders())) reply.removeHeader(name)
      reply.headers(headersBefore.get(request) ?? {})
      failed.set(request, undecided)
      throw undecided
    }
    if (enforcement.guard.personal && enforcement.guard.state !== 'blocked') keepPrivate(reply)
    const error = failed.get(request)
    return error && typeof payload === 'string' ? bodyOf(error, request, reply, payload) : payload
  }

  /** Returns the body of an error: a problem in the place of Fastify's own form, and no message of a failed policy. */
  function bodyOf(error: Error, { headers }: FastifyRequest, reply: FastifyReply, payload: string): string {
    const { statusCode } = reply
    const { message } = error
    const title = STATUS_CODES[statusCode]
    if (error instanceof AuthorizationError) {
      const { problem } = denialOf(error, options, headers.accept)
      const form = JSON.stringify({ statusCode, code: error.code, error: title, message })
      if (!problem || payload !== form) return payload
      reply.header('Content-Type', problemType)
      return problem
    }
    const isRevealed = error instanceof ArcturusError && payload.includes(JSON.stringify(message).slice(1, -1))
    return isRevealed ? JSON.stringify({ statusCode, error: title, message: title }) : payload
  }

  const authorize = (...declared: [] | RouteDeclaration) => {
    if (declared.length === 0) return Object.assign(plugin.bind(undefined), { [Symbol.for('skip-override')]: true })
    return guardedRoute<AuthorizationHook>(authorizer, declared, async (request) => {
      const enforcement = enforcementOf(request)
      const denial = await enforcements.run(enforcement, () => enforcement.enforce(...declared))
      if (denial) throw denial.error
    })
  }

  function unguarded(reason: string): AuthorizationHook {
    const hook: AuthorizationHook = async (request) => {
      // `reply.callNotFound()` leaves the route.
      const { is404 } = request
      enforcementOf(request).open(reason, () => request.is404 === is404 && !failed.has(request))
    }
    return publicRoute(hook, reason)
  }

  // Sound: only the types carry the row type of the loader.
  return { authorize: authorize as Authorize, unguarded }
}

/** Returns how Fastify routes a request. */
function routed({ method, originalUrl, url, server }: FastifyRequest): RoutedRequest {
  const { caseSensitive, routerOptions } = server.initialConfig
  const isCaseSensitive = routerOptions?.caseSensitive ?? caseSensitive ?? true
  return { method, targets: [originalUrl, url], paths: [url], caseSensitive: isCaseSensitive ? 'all' : 'none' }
}

function hasBody(payload: unknown): boolean {
  const body = payload instanceof Response ? payload.body : payload
  return body !== undefined && body !== null && body !== ''
}
