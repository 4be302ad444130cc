import type { ActorClient, Context, RequestContext } from '@arcturus/core/internal/web'
import type { RouteOptions } from './declaration.js'
import type { Decoys } from './decoys.js'
import type { EnforcementEvent } from './event.js'
import type { RoutedRequest } from './requestRules.js'

/** The options of every framework package, with the request or context of that framework. */
export interface EnforcementOptions<Request, Actor> {
  /**
   * Returns the current user: `req => req.user`. `undefined` and `null` mean an anonymous user. The
   * policy then decides with `nil` as the actor, so that public resources stay public. A user that
   * was found is kept for the request.
   */
  readonly actor: (request: Request) => Actor | null | undefined | Promise<Actor | null | undefined>
  /**
   * Returns the context of the request's questions: `(req) => ({ now: new Date(), request: { ip: req.ip } })`. It is
   * called after `actor`. All decisions of the request have it, and `req.authorization.context`. By default there is none.
   */
  readonly context?: ((request: Request) => RequestContext | Promise<RequestContext>) | undefined
  /**
   * Returns the store's client of the current user, which is `req.authorization.client`:
   * `(user, context) => authorizedClient(user, { context })` of `@arcturus/prisma`. It is called once for each user of a
   * request.
   */
  readonly client?: ((actor: Actor | null, context: Context | undefined) => ActorClient) | undefined
  /** The value of `WWW-Authenticate` in a 401, such as `Bearer realm="api"`. None by default. */
  readonly challenge?: string | undefined
  /**
   * Whether denials have a body by RFC 9457, `application/problem+json`: `true` always, `false`
   * never. By default only if the request's `Accept` names that type; other denials have the
   * framework's plain form.
   */
  readonly problemDetails?: boolean | undefined
  /**
   * Whether responses contain the reason of a denial, which also reveals the existence of
   * resources. By default only if `NODE_ENV` is `development`. Logs always contain it.
   */
  readonly reasons?: boolean | undefined
  /**
   * What explanations reveal, to `onDecision` and in responses with reasons: values of fields with
   * `values`, except for those in `mask`. Default neither. There are explanations only if
   * `@arcturus/explain` is imported.
   */
  readonly explanations?: { readonly values?: boolean; readonly mask?: readonly string[] } | undefined
  /**
   * A listener of the decisions that are made while a request is served, as that of `authorizer.onDecision`, with the fields of
   * the request. It is also called with the reason of a public route, and with each response that the guard blocked.
   * If it fails, no response changes.
   */
  readonly onDecision?: ((event: EnforcementEvent) => unknown) | undefined
}

/** The options of `enforce`. */
export interface EnforceOptions extends RouteOptions {
  /** Whether the row becomes the resource of the request. Default true. */
  readonly admit?: boolean | undefined
  /** The key of the loads that share a decoy. By default the loader. */
  readonly route?: object | undefined
}

/** The hooks of a framework package. */
export interface EnforcementHooks<Request> {
  /** The function that got the options, for messages. Default `Enforcements`. */
  readonly made?: string | undefined
  /**
   * Returns how a request is routed. The request-level rules then read its whole path as `path`. By
   * default they read the request as it is.
   */
  readonly routed?: ((request: Request) => RoutedRequest) | undefined
  /**
   * Called before each use of a request's authorization. An error that it throws is passed on to
   * the caller.
   */
  readonly beforeUse?: (() => void) | undefined
  /** Returns the identifier of a request for logs. Default: none. */
  readonly requestId?: ((request: Request) => unknown) | undefined
}

/** The state that all requests of one application share. */
export interface Shared<Request> extends EnforcementHooks<Request> {
  readonly decoys: Decoys
  /** Runs a part of a request, so that its decisions count for that request. Default: runs it as it is. */
  readonly run?: (<Result>(enforcement: object, work: () => Result) => Result) | undefined
}
