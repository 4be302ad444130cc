import type { Action, Actor } from '@arcturus/core'
import type { Authority, Loaded, RequestAuthorization, RouteOptions } from '@arcturus/core/framework'
import type { ReactNode } from 'react'
import { interrupt } from './interrupt.js'
import { routeHandlers, type WithAuthorization } from './routeHandler.js'
import { type AuthorizedAction, serverActions } from './serverAction.js'
import { type NextAuthorizationOptions, Serving } from './serving.js'
import { Unguarded } from './subject.js'

/** The properties of `<Can>`. */
export interface CanProperties {
  readonly action: Action
  readonly resource: unknown
  /** What is shown to who may not; nothing by default. */
  readonly fallback?: ReactNode
  readonly children?: ReactNode
}

/** What an application built on Next asks its authorizer by. */
export interface NextAuthorization {
  readonly withAuthorization: WithAuthorization<Actor>
  readonly authorizedAction: AuthorizedAction<Actor>
  /**
   * Says that a route handler or a server action is for everybody.
   *
   * @param reason - Why, for whoever reads the code.
   */
  readonly unguarded: (reason: string) => Unguarded
  /** Whether the actor may do this to a row: for what a page shows. */
  readonly can: (action: Action, resource: unknown) => Promise<boolean>
  /**
   * The row, if the actor may do this to it; otherwise the page ends: by `unauthorized()` for nobody, `notFound()` for what the actor
   * may not see and for what is not there, `forbidden()` for the rest.
   *
   * @param row - What was found, or its promise; `undefined` and `null` are what is not there.
   */
  readonly authorize: <Row>(action: Action, row: Row, options?: RouteOptions) => Promise<Loaded<Row>>
  /** Its children, for who may. A server component: what they show is not sent to others. */
  readonly Can: (properties: CanProperties) => Promise<ReactNode>
  /** What the actor may do to a row, for client components: `<Actions allowed={await authorizedActions(ticket)}>`. */
  readonly authorizedActions: (resource: unknown) => Promise<Set<string>>
  /** All other questions, and who asks: `(await authorization()).actor`. */
  readonly authorization: () => Promise<RequestAuthorization<unknown, Actor>>
}

/**
 * Guards an application of Next 16 or 15.5: its route handlers, server actions and server components.
 *
 * @throws {ArgumentError} There is no authorizer, or no `actor` function.
 * @example
 * export const { withAuthorization, authorizedAction, authorize, can, Can } = nextAuthorization(authorizer, {
 *   actor: ({ cookies }) => userOfSession(cookies.get('session')?.value),
 * })
 */
export function nextAuthorization(authorizer: Authority, options: NextAuthorizationOptions<Actor>): NextAuthorization {
  const serving = new Serving(authorizer, options)

  async function authorization(): Promise<RequestAuthorization<unknown, Actor>> {
    return (await serving.current()).authorization
  }

  async function authorize<Row>(action: Action, row: Row, routeOptions: RouteOptions = {}): Promise<Loaded<Row>> {
    const enforcement = await serving.current()
    let found: unknown
    const loader = async (): Promise<unknown> => {
      found = await row
      return found
    }
    const route = serving.pageRoute(action)
    const refusal = await enforcement.enforce(action, loader, { ...routeOptions, admit: false, route })
    if (refusal) await interrupt(refusal.error)
    // Sound: what was not found was refused.
    return found as Loaded<Row>
  }

  async function can(action: Action, resource: unknown): Promise<boolean> {
    return (await authorization()).isAllowed(action, resource)
  }

  return {
    withAuthorization: routeHandlers(authorizer, serving),
    authorizedAction: serverActions(authorizer, serving),
    unguarded: (reason) => new Unguarded(reason),
    can,
    authorize,
    Can: showing(can),
    authorizedActions: async (resource) => (await authorization()).authorizedActions(resource),
    authorization,
  }
}

/** A component that shows its children to who may, and its fallback to others. */
function showing(can: NextAuthorization['can']): NextAuthorization['Can'] {
  return async ({ action, resource, fallback = null, children }) =>
    (await can(action, resource)) ? children : fallback
}
