import type { ActionOn, Actor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import { ArgumentError } from '@arcturus/core/internal/web'
import type { Authority, Loaded, RequestAuthorization, RouteOptions } from '@arcturus/web'
import type { ReactNode } from 'react'
import { interrupt } from './interrupt.js'
import { routeHandlers, type WithAuthorization } from './routeHandler.js'
import { type ServerAction, serverActions } from './serverAction.js'
import { type NextAuthorizationOptions, Serving } from './serving.js'
import { type Unguard, unguarded } from './subject.js'

/** The props of `<Can>`. */
export interface CanProperties<Row = unknown, P extends PolicyTypes = RegisteredPolicy> {
  readonly action: ActionOn<Row, P>
  readonly resource: Row
  /** Rendered if the actor may not do the action. Default: nothing. */
  readonly fallback?: ReactNode
  readonly children?: ReactNode
}

/**
 * The methods whose promise a handler has to await. In pages no guard can hold back the response of a page that forgets
 * to.
 */
const awaited = [
  'isAllowed',
  'authorize',
  'authorizeField',
  'assertWritable',
  'authorizeChange',
  'authorizeCreate',
] as const

/**
 * The authorization of a page or a component. It has no method whose promise could be taken for the answer: choose the
 * content by `can`, `authorizedRows`, `<Can>` or `authorizedActions`.
 */
export type PageAuthorization<Actor, P extends PolicyTypes = RegisteredPolicy> = Omit<
  RequestAuthorization<unknown, Actor, P>,
  (typeof awaited)[number]
>

/** The functions by which a Next application uses its authorizer. */
export interface NextAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly withAuthorization: WithAuthorization<Actor, P>
  readonly serverAction: ServerAction<Actor, P>
  readonly unguarded: Unguard
  /**
   * Returns the row if the actor may do the action on it. Otherwise it ends the page:
   * `unauthorized()` for anonymous users, `notFound()` if the row is missing or the actor may not
   * see it, else `forbidden()`.
   *
   * @param row - The promise of the row; `undefined` and `null` mean a missing row. A page has the row only if it awaits
   * the answer, so that a forgotten `await` shows nothing.
   * @throws {ArgumentError} `invalid-argument`, in a page for a row in place of its promise.
   */
  readonly authorize: <Row>(
    action: ActionOn<Loaded<Row>, P>,
    row: PromiseLike<Row>,
    options?: Pick<RouteOptions, 'model'>,
  ) => Promise<Loaded<Row>>
  /**
   * Renders its children if the actor may do the action. It is a server component, so the children
   * are not sent to other users.
   */
  readonly Can: <Row>(properties: CanProperties<Row, P>) => Promise<ReactNode>
  /**
   * Returns the actor's allowed actions on a row, for client components:
   * `<Actions allowed={await authorizedActions(ticket)}>`.
   */
  readonly authorizedActions: <Row>(resource: Row) => Promise<Set<ActionOn<Row, P>>>
  /**
   * Returns the authorization of the current request, for other checks and for the actor:
   * `(await authorization()).actor`. Handlers and actions get one with all methods.
   */
  readonly authorization: () => Promise<PageAuthorization<Actor, P>>
}

/**
 * Guards an application of Next 16 or 15.5: its route handlers, server actions and server
 * components.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * export const { withAuthorization, serverAction, authorize, authorization, Can } = nextAuthorization(
 *   authorizer,
 *   { actor: ({ cookies }) => userOfSession(cookies.get('session')?.value) },
 * )
 */
export function nextAuthorization<P extends PolicyTypes = RegisteredPolicy>(
  authorizer: Authority<P>,
  options: NextAuthorizationOptions<Actor>,
): NextAuthorization<P>
export function nextAuthorization(authorizer: Authority, options: NextAuthorizationOptions<Actor>): NextAuthorization {
  const serving = new Serving(authorizer, options)

  async function authorization(): Promise<PageAuthorization<Actor>> {
    const { guard, authorization } = await serving.current()
    return guard.armed ? authorization : ofPage(authorization)
  }

  function authorize<Row>(
    action: ActionOn<Loaded<Row>>,
    row: PromiseLike<Row>,
    routeOptions: Pick<RouteOptions, 'model'> = {},
  ): Promise<Loaded<Row>> {
    const { held } = serving
    if (held) return held.watch(authorize, () => authorized(action, row, routeOptions))
    if (typeof row === 'object' && row !== null && 'then' in row) return authorized(action, row, routeOptions)
    throw new ArgumentError('invalid-argument', 'In a page, `authorize` needs the promise of a row.', {
      hint: "load the row in its argument: const ticket = await authorize('read', findTicket(id)); for a row that is loaded: (await authorization()).can('read', row)",
    })
  }

  async function authorized<Row>(
    action: ActionOn<Loaded<Row>>,
    row: PromiseLike<Row>,
    routeOptions: Pick<RouteOptions, 'model'>,
  ): Promise<Loaded<Row>> {
    const enforcement = await serving.current()
    let found: unknown
    const loader = async (): Promise<unknown> => {
      found = await row
      return found
    }
    const route = serving.pageRoute(action)
    const denial = await enforcement.enforce(action, loader, { ...routeOptions, admit: false, route })
    if (denial) interrupt(denial.error)
    // Sound: a missing row was denied.
    return found as Loaded<Row>
  }

  return {
    withAuthorization: routeHandlers(authorizer, serving),
    serverAction: serverActions(authorizer, serving),
    unguarded,
    authorize,
    Can: showing(async (action, resource) => (await serving.current()).authorization.isAllowed(action, resource)),
    authorizedActions: async (resource) => (await authorization()).authorizedActions(resource),
    authorization,
  }
}

/** Returns a component that renders its children if the actor is allowed, else its fallback. */
function showing(isAllowed: (action: string, resource: unknown) => Promise<boolean>): NextAuthorization['Can'] {
  return async ({ action, resource, fallback = null, children }) =>
    (await isAllowed(action, resource)) ? children : fallback
}

/** Returns the authorization without the methods that are not for pages. */
function ofPage(authorization: RequestAuthorization<unknown, Actor>): PageAuthorization<Actor> {
  return new Proxy(authorization, {
    get(target, name) {
      if (!awaited.some((method) => method === name)) return Reflect.get(target, name, target)
      throw new ArgumentError('invalid-argument', `A page has no \`authorization.${String(name)}\`.`, {
        hint: 'choose its content by `can`, `authorizedRows`, <Can> or `authorizedActions`; end it by `authorize` of nextAuthorization',
      })
    },
  })
}
