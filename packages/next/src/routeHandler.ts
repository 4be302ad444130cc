import { type Action, AuthorizationError, type ModelName, UnauthenticatedError } from '@arcturus/core'
import {
  type Authority,
  type Enforcement,
  type Loaded,
  problemOf,
  problemType,
  type RequestAuthorization,
  type RouteOptions,
  wantsProblem,
} from '@arcturus/core/framework'
import type { NextRequest } from 'next/server.js'
import { attached } from './attached.js'
import { redirectStatus } from './interrupt.js'
import type { NextAuthorizationOptions, Serving } from './serving.js'
import { type RequestSource, sourceOfRequest } from './source.js'
import { type Declared, type Protection, protectionOf, type Unguarded } from './subject.js'

/** Next's request, and the questions to ask about its actor. */
export type AuthorizedRequest<Resource, Actor> = NextRequest & {
  readonly authorization: RequestAuthorization<Resource, Actor>
}

/** What Next gives a route handler beside: the parameters of the route, as text. Say more where the route catches all. */
export interface RouteContext {
  readonly params: Promise<Record<string, string>>
}

/** A route handler for Next to call. */
export type RouteHandler<Context> = (request: NextRequest, context: Context) => Promise<Response>

type Handler<Resource, Actor, Context> = (
  request: AuthorizedRequest<Resource, Actor>,
  context: Context,
) => Response | Promise<Response>

/** Guards a route handler. */
export interface WithAuthorization<Actor> {
  /**
   * For a handler that decides itself: by a filter, a check, or the fields that it answers. A successful answer (2xx, 3xx) for which
   * nothing was decided becomes a 500. `unguarded(reason)` says that it is for everybody.
   */
  <Context = RouteContext>(handler: Handler<unknown, Actor, Context>, forEverybody?: Unguarded): RouteHandler<Context>
  /**
   * Loads the resource and calls the handler if the actor may do that to it; `request.authorization.resource` is the row then.
   * Otherwise it answers 401 for nobody, 404 for what the actor may not see and for what is not there, 403 for the rest.
   */
  <Row, Context = RouteContext>(
    handler: Handler<Loaded<Row>, Actor, Context>,
    action: Action,
    loader: (request: NextRequest, context: Context) => Row,
    options?: RouteOptions,
  ): RouteHandler<Context>
  /** For rows that are listed or made: refuses who may do the action to no row of the model that there can be. */
  <Name extends ModelName, Context = RouteContext>(
    handler: Handler<unknown, Actor, Context>,
    action: Action<Name>,
    model: Name,
  ): RouteHandler<Context>
}

type AnyHandler = (request: NextRequest, context: unknown) => unknown

export function routeHandlers<Actor>(authorizer: Authority, serving: Serving<Actor>): WithAuthorization<Actor> {
  const withAuthorization = (handler: AnyHandler, ...declared: Declared): RouteHandler<unknown> => {
    const protection = protectionOf(authorizer, handler, declared)
    return async (request, context) =>
      serving.serve(await sourceOfRequest(request), async (enforcement) => {
        try {
          return await attached(request, enforcement.authorization, async () => {
            await enforceOn(enforcement, protection, request, context)
            return answered(enforcement, request, await handler(request, context))
          })
        } catch (error) {
          if (error instanceof AuthorizationError) return refused(error, request, serving.options)
          const status = redirectStatus(error)
          throw (status === undefined ? undefined : enforcement.hold(status, routeOf(request))) ?? error
        }
      })
  }
  // Sound: the types tell handlers which row the loader gave; at run time one handler is like another.
  return withAuthorization as WithAuthorization<Actor>
}

async function enforceOn<Actor>(
  enforcement: Enforcement<RequestSource, Actor>,
  protection: Protection,
  request: NextRequest,
  context: unknown,
): Promise<void> {
  if (protection.kind === 'unguarded') enforcement.open(protection.reason)
  const refusal = await enforcement.arm()
  if (refusal) throw refusal.error
  if (protection.kind !== 'subject') return
  const { action, subject, options } = protection
  const loader = typeof subject === 'string' ? subject : () => subject(request, context)
  const second = await enforcement.enforce(action, loader, { ...options, route: protection })
  if (second) throw second.error
}

/** The handler's answer, if it may go out. */
async function answered<Actor>(
  enforcement: Enforcement<RequestSource, Actor>,
  request: NextRequest,
  answer: unknown,
): Promise<Response> {
  if (!isResponse(answer)) throw new TypeError(`The handler of ${routeOf(request)} gave no response.`)
  const hasBody = request.method !== 'OPTIONS' || !enforcement.guard.holds || (await holdsBytes(answer))
  const held = enforcement.hold(answer.status, routeOf(request), hasBody)
  if (held) {
    await answer.body?.cancel()
    throw held
  }
  // The handler of somebody may decide while it streams, when its head is sent.
  const isPersonal = enforcement.guard.personal || enforcement.authorization.identified !== null
  return isPersonal ? kept(answer) : answer
}

/** Whether a response has any bytes; `new Response('')` has a body of none. */
async function holdsBytes(response: Response): Promise<boolean> {
  const reader = response.clone().body?.getReader()
  for (;;) {
    const read = await reader?.read()
    if (!read || read.done) return false
    if (read.value.length === 0) continue
    // Settles only when the body of the response is canceled, too.
    void reader?.cancel()
    return true
  }
}

/** Told by what it has: runtimes have several classes of responses. */
function isResponse(answer: unknown): answer is Response {
  return typeof answer === 'object' && answer !== null && 'status' in answer && typeof answer.status === 'number'
}

/** An answer that no cache may give to others, unless the application says so. */
function kept(response: Response): Response {
  if (response.headers.has('Cache-Control')) return response
  try {
    response.headers.set('Cache-Control', 'private')
    return response
  } catch {
    // The headers of some responses can't be changed: those of `Response.redirect`, and of what was fetched.
    const { status, statusText } = response
    const headers = new Headers(response.headers)
    headers.set('Cache-Control', 'private')
    return new Response(response.body, { status, statusText, headers })
  }
}

function refused<Actor>(
  error: AuthorizationError,
  request: NextRequest,
  { challenge, problemDetails }: NextAuthorizationOptions<Actor>,
): Response {
  const headers = new Headers({ 'Cache-Control': 'private' })
  if (challenge && error instanceof UnauthenticatedError) headers.set('WWW-Authenticate', challenge)
  if (problemDetails === undefined) headers.set('Vary', 'Accept')
  const { status } = error
  if (!wantsProblem(problemDetails, request.headers.get('Accept'))) {
    headers.set('Content-Type', 'text/plain; charset=utf-8')
    return new Response(error.message, { status, headers })
  }
  headers.set('Content-Type', problemType)
  return new Response(JSON.stringify(problemOf(error)), { status, headers })
}

function routeOf({ method, url }: NextRequest): string {
  return `${method} ${new URL(url).pathname}`
}
