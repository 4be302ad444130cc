import type { PolicyTypes, RegisteredPolicy, Actor as SharedActor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'
import type { Context } from 'koa'

/**
 * Extend it in your application: it declares the type of your actors for this package alone, so
 * that `ctx.state.authorization.actor` has it. `Register` of the core package declares it for all
 * packages.
 *
 * @example
 * declare module '@arcturus/koa' {
 *   interface Register { actor: User }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The registered type of actors: of this package, else of the core package, else `unknown`. */
export type Actor = Register extends { actor: infer A } ? A : SharedActor

/**
 * The state of a route behind `authorize(action, loader)`. Koa intersects the state types of all
 * middleware of a route.
 */
export interface AllowedState<Row, P extends PolicyTypes = RegisteredPolicy> {
  /** The authorization of this request's actor, with the loaded row. */
  authorization: RequestAuthorization<Row, Actor, P>
}

/** The default type of a loader's argument: Koa's context, with the route parameters as strings. */
export type RouteContext = Context & { readonly params: Readonly<Record<string, string>> }

declare module 'koa' {
  interface DefaultState {
    /**
     * The authorization of this request's actor. The first `authorize(…)` of the request sets it.
     */
    authorization: RequestAuthorization<unknown, Actor>
  }
}
