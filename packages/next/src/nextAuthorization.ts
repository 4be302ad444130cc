import type { ActionOn, Actor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { Authority, Loaded, RequestAuthorization, RouteOptions } from '@arcturus/web'
import type { ReactNode } from 'react'
import { interrupt } from './interrupt.js'
import { routeHandlers, type WithAuthorization } from './routeHandler.js'
import { type AuthorizedAction, serverActions } from './serverAction.js'
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

/** The functions by which a Next application uses its authorizer. */
export interface NextAuthorization<P extends PolicyTypes = RegisteredPolicy> {
  readonly withAuthorization: WithAuthorization<Actor, P>
  readonly authorizedAction: AuthorizedAction<Actor, P>
  readonly unguarded: Unguard
  /** Returns whether the actor may do an action on a row, to choose the content of a page. */
  readonly can: <Row>(action: ActionOn<Row, P>, resource: Row) => Promise<boolean>
  /**
   * Returns the row if the actor may do the action on it. Otherwise it ends the page:
   * `unauthorized()` for anonymous users, `notFound()` if the row is missing or the actor may not
   * see it, else `forbidden()`.
   *
   * @param row - The row or its promise; `undefined` and `null` mean a missing row.
   */
  readonly authorize: <Row>(
    action: ActionOn<Loaded<Row>, P>,
    row: Row,
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
   * `(await authorization()).actor`.
   */
  readonly authorization: () => Promise<RequestAuthorization<unknown, Actor, P>>
}

/**
 * Guards an application of Next 16 or 15.5: its route handlers, server actions and server
 * components.
 *
 * @throws {ArgumentError} The authorizer or the `actor` function is missing.
 * @example
 * export const { withAuthorization, authorizedAction, authorize, can, Can } = nextAuthorization(
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

  async function authorization(): Promise<RequestAuthorization<unknown, Actor>> {
    return (await serving.current()).authorization
  }

  async function authorize<Row>(
    action: ActionOn<Loaded<Row>>,
    row: Row,
    routeOptions: Pick<RouteOptions, 'model'> = {},
  ): Promise<Loaded<Row>> {
    const enforcement = await serving.current()
    let found: unknown
    const loader = async (): Promise<unknown> => {
      found = await row
      return found
    }
    const route = serving.pageRoute(action)
    const denial = await enforcement.enforce(action, loader, { ...routeOptions, admit: false, route })
    if (denial) await interrupt(denial.error)
    // Sound: a missing row was denied.
    return found as Loaded<Row>
  }

  async function can<Row>(action: ActionOn<Row>, resource: Row): Promise<boolean> {
    return (await authorization()).isAllowed(action, resource)
  }

  return {
    withAuthorization: routeHandlers(authorizer, serving),
    authorizedAction: serverActions(authorizer, serving),
    unguarded,
    can,
    authorize,
    Can: showing(can),
    authorizedActions: async (resource) => (await authorization()).authorizedActions(resource),
    authorization,
  }
}

/** Returns a component that renders its children if the actor is allowed, else its fallback. */
function showing(can: NextAuthorization['can']): NextAuthorization['Can'] {
  return async ({ action, resource, fallback = null, children }) =>
    (await can(action, resource)) ? children : fallback
}
