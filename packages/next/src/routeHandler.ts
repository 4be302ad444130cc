import { AsyncLocalStorage } from 'node:async_hooks'
import type { Action, ActionOn, ModelName, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import {
  type Authority,
  answerOf,
  type Enforcement,
  type Loaded,
  type RequestAuthorization,
  type RouteOptions,
} from '@arcturus/web'
import { ofAdapters } from '@arcturus/web/internal/next'
import type { NextRequest } from 'next/server.js'
import { attached } from './attached.js'
import { redirectStatus } from './interrupt.js'
import { answerable } from './invalidInput.js'
import type { Serving } from './serving.js'
import { type RequestSource, sourceOfRequest } from './source.js'
import { type Declared, declaring, enforceOn, protectionOf, type Unguarded } from './subject.js'

/** Next's request, with the authorization of its actor. */
export type AuthorizedRequest<Resource, Actor, P extends PolicyTypes = RegisteredPolicy> = NextRequest & {
  readonly authorization: RequestAuthorization<Resource, Actor, P>
}

/**
 * The second argument of a route handler: the route parameters, as strings. Pass another type for a
 * catch-all route.
 */
export interface RouteContext {
  readonly params: Promise<Record<string, string>>
}

/** A route handler that Next calls. */
export type RouteHandler<Context> = (request: NextRequest, context: Context) => Promise<Response>

type Handler<Resource, Actor, Context, P extends PolicyTypes> = (
  request: AuthorizedRequest<Resource, Actor, P>,
  context: Context,
) => Response | Promise<Response>

/** Guards a route handler. */
export interface WithAuthorization<Actor, P extends PolicyTypes = RegisteredPolicy> {
  /**
   * Guards a handler that decides itself, by a filter, a check, or the fields of its response. A
   * successful response (2xx, 3xx) without a decision becomes a 500. `unguarded(reason)` declares
   * the handler as public.
   */
  <Context = RouteContext>(
    handler: Handler<unknown, Actor, Context, P>,
    forEverybody?: Unguarded,
  ): RouteHandler<Context>
  /**
   * Loads the resource and calls the handler if the actor may do the action on it.
   * `request.authorization.resource` is then the row. Otherwise it responds with 401 to anonymous
   * users, with 404 if the row is missing or the actor may not see it, else with 403.
   */
  <Row, Context = RouteContext>(
    handler: Handler<Loaded<Row>, Actor, Context, P>,
    action: ActionOn<Loaded<Row>, P>,
    loader: (request: NextRequest, context: Context) => Row,
    options?: RouteOptions<[request: NextRequest, context: Context]>,
  ): RouteHandler<Context>
  /**
   * Guards a handler that lists or creates rows. It denies actors who may do the action on no
   * possible row of the model.
   */
  <Name extends ModelName<P>, Context = RouteContext>(
    handler: Handler<unknown, Actor, Context, P>,
    action: Action<Name, P>,
    model: Name,
  ): RouteHandler<Context>
}

type AnyHandler = (request: NextRequest, context: unknown) => unknown

export function routeHandlers<Actor>(authorizer: Authority, serving: Serving<Actor>): WithAuthorization<Actor> {
  const withAuthorization = (handler: AnyHandler, ...declared: Declared): RouteHandler<unknown> => {
    const protection = protectionOf(authorizer, handler, declared)
    const route: RouteHandler<unknown> = async (request, context) =>
      serving.serve(await sourceOfRequest(request), async (enforcement) => {
        try {
          return await attached(request, enforcement.authorization, async () => {
            await enforceOn(enforcement, protection, true, [request, context])
            return answered(enforcement, request, await handler(request, context))
          })
        } catch (error) {
          const answer = answerOf(answerable(error), serving.options, request.headers.get('Accept') ?? undefined)
          if (answer) return new Response(answer.body, answer)
          const status = redirectStatus(error)
          throw (status === undefined ? undefined : enforcement.hold(status)) ?? error
        }
      })
    return declaring(route, protection)
  }
  // Sound: only the types carry the row type of the loader; at run time all handlers are alike.
  return withAuthorization as WithAuthorization<Actor>
}

/** Returns the handler's response if it may be sent. */
async function answered<Actor>(
  enforcement: Enforcement<RequestSource, Actor>,
  request: NextRequest,
  answer: unknown,
): Promise<Response> {
  if (!isResponse(answer)) throw new TypeError(`The handler of ${request.method} ${request.url} returned no response.`)
  const hasBody = request.method !== 'OPTIONS' || !enforcement.guard.holds || (await holdsBytes(answer))
  const held = enforcement.hold(answer.status, hasBody)
  if (held) {
    await answer.body?.cancel()
    throw held
  }
  // A handler of a signed-in user may still decide while it streams, after the head is sent.
  const isPersonal = enforcement.guard.personal || ofAdapters.identified(enforcement.authorization) !== null
  return isPersonal ? kept(answer) : answer
}

/** Returns whether a response has any bytes. The body of `new Response('')` has none. */
async function holdsBytes(response: Response): Promise<boolean> {
  const reader = response.clone().body?.getReader()
  for (;;) {
    const read = await reader?.read()
    if (!read || read.done) return false
    if (read.value.length === 0) continue
    // This promise settles only after the response's own body is canceled, too.
    void reader?.cancel()
    return true
  }
}

/** Recognizes a response by its properties, because runtimes have several classes of responses. */
function isResponse(answer: unknown): answer is Response {
  return typeof answer === 'object' && answer !== null && 'status' in answer && typeof answer.status === 'number'
}

/**
 * Returns a response that shared caches don't store, unless the application set `Cache-Control` itself. Next reads the body outside
 * of the request; its parts are made in the context of the handler.
 */
function kept({ body, status, statusText, headers: given }: Response): Response {
  const headers = new Headers(given)
  if (!headers.has('Cache-Control')) headers.set('Cache-Control', 'private')
  return new Response(body && readHere(body), { status, statusText, headers })
}

/** Returns a stream whose source runs in the present asynchronous context, whoever reads it. */
function readHere(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStream<Uint8Array<ArrayBuffer>> {
  const here = AsyncLocalStorage.snapshot()
  const reader = body.getReader()
  return new ReadableStream(
    {
      pull: (controller) =>
        here(async () => {
          const { done, value } = await reader.read()
          if (done) controller.close()
          else controller.enqueue(value)
        }),
      cancel: (reason) => here(() => reader.cancel(reason)),
    },
    { highWaterMark: 0 },
  )
}
