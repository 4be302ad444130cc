import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type {
  Action,
  ActionOn,
  Actor,
  AuthorizationError,
  ModelName,
  PolicyTypes,
  RegisteredPolicy,
} from '@arcturus/core'
import {
  type Authority,
  answerOf,
  type Enforcement,
  Enforcements,
  type Loaded,
  type RequestAuthorization,
  type RouteOptions,
  requestId,
} from '@arcturus/web'
import { ofAdapters } from '@arcturus/web/internal/next'
import { holdUndecided, keepPrivate } from '@arcturus/web/node'
import type { GetServerSidePropsContext, GetServerSidePropsResult, NextApiRequest, NextApiResponse } from 'next'
import { attached } from '../attached.js'
import { asServing, assertNotKept, forbidCaching } from '../cacheScope.js'
import { answerable } from '../invalidInput.js'
import type { NextAuthorizationOptions } from '../serving.js'
import { type RequestSource, routedOf } from '../source.js'
import {
  type Declared,
  declaring,
  enforceOn,
  type Protection,
  protectionOf,
  type Unguard,
  type Unguarded,
  unguarded,
} from '../subject.js'
import { lent } from './lent.js'

/** The request of an API route, with the authorization of its actor. */
export type AuthorizedApiRequest<Resource, User, P extends PolicyTypes = RegisteredPolicy> = NextApiRequest & {
  readonly authorization: RequestAuthorization<Resource, User, P>
}

/** The context of `getServerSideProps`, with the authorization of the actor. */
export type AuthorizedContext<Resource, User, P extends PolicyTypes = RegisteredPolicy> = GetServerSidePropsContext & {
  readonly authorization: RequestAuthorization<Resource, User, P>
}

type ApiHandler<Resource, P extends PolicyTypes> = (
  request: AuthorizedApiRequest<Resource, Actor, P>,
  response: NextApiResponse,
) => unknown
type ApiRoute = (request: NextApiRequest, response: NextApiResponse) => Promise<void>

type Props<Resource, Value, P extends PolicyTypes> = (
  context: AuthorizedContext<Resource, Actor, P>,
) => GetServerSidePropsResult<Value> | Promise<GetServerSidePropsResult<Value>>
type ServerSideProps<P> = (context: GetServerSidePropsContext) => Promise<GetServerSidePropsResult<P>>

/**
 * The functions by which an application on the Pages Router uses its authorizer. They match those
 * of the App Router.
 */
export interface PagesAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  /** Guards an API route by `request.authorization`, like `withAuthorization` of the App Router. */
  readonly withAuthorization: {
    (handler: ApiHandler<unknown, P>, forEverybody?: Unguarded): ApiRoute
    <Row>(
      handler: ApiHandler<Loaded<Row>, P>,
      action: ActionOn<Loaded<Row>, P>,
      loader: (request: NextApiRequest) => Row,
      options?: RouteOptions<[request: NextApiRequest]>,
    ): ApiRoute
    <Name extends ModelName<P>>(handler: ApiHandler<unknown, P>, action: Action<Name, P>, model: Name): ApiRoute
  }
  /**
   * Guards `getServerSideProps` by `context.authorization`. If the row is missing or the actor may
   * not see it, Next renders its not-found page. Other denials are sent with their status and
   * message.
   */
  readonly withAuthorizedProps: {
    <Value extends object>(handler: Props<unknown, Value, P>, forEverybody?: Unguarded): ServerSideProps<Value>
    <Row, Value extends object>(
      handler: Props<Loaded<Row>, Value, P>,
      action: ActionOn<Loaded<Row>, P>,
      loader: (context: GetServerSidePropsContext) => Row,
      options?: RouteOptions,
    ): ServerSideProps<Value>
    <Name extends ModelName<P>, Value extends object>(
      handler: Props<unknown, Value, P>,
      action: Action<Name, P>,
      model: Name,
    ): ServerSideProps<Value>
  }
  readonly unguarded: Unguard
}

type Cookied = IncomingMessage & { readonly cookies: Partial<Record<string, string>> }

/**
 * Guards API routes and pages of the Pages Router.
 *
 * @param options - The options of `nextAuthorization`.
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 */
export function pagesAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  given: NextAuthorizationOptions<Actor>,
): PagesAuthorization<P>
export function pagesAuthorization(authorizer: Authority, given: NextAuthorizationOptions<Actor>): PagesAuthorization {
  const hooks = { made: 'pagesAuthorization', beforeUse: assertNotKept, requestId, routed: routedOf }
  const enforcements = new Enforcements(authorizer, given, new AsyncLocalStorage(), hooks)
  const { options } = enforcements
  forbidCaching()

  /** Runs the work if no rule denies it. */
  async function serve<Result>(
    request: Cookied,
    protection: Protection,
    given: unknown,
    url: string | undefined,
    work: (enforcement: Enforcement<RequestSource, Actor>) => Promise<Result>,
  ): Promise<Result> {
    const source = sourceOf(request, url)
    const enforcement = enforcements.known(source) ?? enforcements.begin(source, source.method)
    const guarded = async (): Promise<Result> => {
      await enforceOn(enforcement, protection, true, [given])
      return work(enforcement)
    }
    return await asServing(() => enforcements.run(enforcement, guarded))
  }

  function deny(error: AuthorizationError, request: Cookied, response: ServerResponse): void {
    const answer = response.headersSent ? undefined : answerOf(error, options, request.headers.accept)
    if (!answer) throw error
    const { Vary, 'Cache-Control': _, ...headers } = answer.headers
    keepPrivate(response)
    if (Vary !== undefined) response.appendHeader('Vary', Vary)
    response.writeHead(answer.status, headers).end(answer.body)
  }

  const withAuthorization = (
    handler: (request: NextApiRequest, response: NextApiResponse) => unknown,
    ...declared: Declared
  ): ApiRoute => {
    const protection = protectionOf(authorizer, handler, declared)
    const route: ApiRoute = async (request, response) => {
      try {
        await serve(request, protection, request, request.url, async (enforcement) => {
          holdResponse(enforcement, response)
          await attached(request, enforcement.authorization, () => handler(request, response))
        })
      } catch (error) {
        const denial = answerable(error)
        if (!denial) throw error
        deny(denial, request, response)
      }
    }
    return declaring(route, protection)
  }

  const withAuthorizedProps = (
    handler: (context: AuthorizedContext<unknown, Actor>) => unknown,
    ...declared: Declared
  ): ((context: GetServerSidePropsContext) => Promise<unknown>) => {
    const protection = protectionOf(authorizer, handler, declared)
    return async (context) => {
      const { req, res } = context
      try {
        return await serve(req, protection, context, context.resolvedUrl, async (enforcement) => {
          const release = holdResponse(enforcement, res)
          const [own, takeBack] = lent(res)
          try {
            const result = await handler({ ...context, res: own, authorization: enforcement.authorization })
            // The handler responded itself, as for a feed, or the guard did in its place.
            if (res.headersSent) return result
            const isNotFound = has(result, 'notFound')
            const held = isNotFound ? undefined : enforcement.hold(200)
            if (held) throw held
            // Next itself marks rendered pages as uncacheable, but not these results.
            if ((isNotFound || has(result, 'redirect')) && isPersonal(enforcement)) keepPrivate(res)
            return result
          } finally {
            // Next sets the status of its page before it renders the page. With that status, the
            // guard would pass the handler's later writes.
            if (enforcement.guard.holds && !res.headersSent) takeBack()
            // In development, Next warns about responses that are used from here on.
            if (enforcement.guard.state !== 'blocked') release()
          }
        })
      } catch (error) {
        const denial = answerable(error)
        if (!denial) throw error
        if (denial.status === 404) {
          keepPrivate(res)
          return { notFound: true }
        }
        deny(denial, req, res)
        // Next renders nothing into a finished response.
        return { props: {} }
      }
    }
  }

  // Sound: only the types carry the row type of the loader; at run time all handlers are alike.
  return {
    withAuthorization: withAuthorization as PagesAuthorization['withAuthorization'],
    withAuthorizedProps: withAuthorizedProps as PagesAuthorization['withAuthorizedProps'],
    unguarded,
  }
}

/**
 * Returns whether a response may depend on the user. A handler of a signed-in user may still decide
 * while it streams, after the head is sent.
 */
function isPersonal({ guard, authorization }: Enforcement<RequestSource, Actor>): boolean {
  return guard.personal || ofAdapters.identified(authorization) !== null
}

function has(result: unknown, what: string): boolean {
  return typeof result === 'object' && result !== null && Boolean(Reflect.get(result, what))
}

/**
 * Holds back a response without a decision that a handler sends through Node's own response.
 *
 * @returns a function that releases the response.
 */
function holdResponse(enforcement: Enforcement<RequestSource, Actor>, response: ServerResponse): () => void {
  return holdUndecided(response, enforcement, {
    report: (error) => console.error(error),
    // Next itself answers no OPTIONS requests.
    exempts: () => false,
    isPersonal: () => isPersonal(enforcement),
  })
}

function sourceOf(request: Cookied, url: string | undefined): RequestSource {
  const headerOf = (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()]
    return Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: request.method ?? 'GET',
    url,
    headers: { get: (name) => headerOf(name) ?? null, has: (name) => headerOf(name) !== undefined },
    cookies: {
      get: (name) => {
        const value = Object.hasOwn(request.cookies, name) ? request.cookies[name] : undefined
        return value === undefined ? undefined : { name, value }
      },
    },
  }
}
