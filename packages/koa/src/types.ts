import type { Actor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'
import type { Context } from 'koa'

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
