import type { Actor as SharedActor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/core/framework'
import type { Context } from 'koa'

/**
 * Open for your application: names the type of your actors for this package alone (`Register` of the core package names it for
 * all), so that `ctx.state.authorization.actor` has it.
 *
 * @example
 * declare module '@arcturus/koa' {
 *   interface Register { actor: User }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The registered type of actors: here, or else with the core package; `unknown` if none is. */
export type Actor = Register extends { actor: infer A } ? A : SharedActor

/** The state of a route behind `authorize(action, loader)`: Koa intersects what all of a route's middleware says of it. */
export interface AllowedState<Row> {
  /** The questions to ask about the actor of this request, and the row that was loaded. */
  authorization: RequestAuthorization<Row, Actor>
}

/** What a loader is given where it does not say: Koa's context, with the parameters of the route as text. */
export type RouteContext = Context & { readonly params: Readonly<Record<string, string>> }

declare module 'koa' {
  interface DefaultState {
    /** The questions to ask about the actor of this request. Set by the first `authorize(…)` that the request meets. */
    authorization: RequestAuthorization<unknown, Actor>
  }
}
