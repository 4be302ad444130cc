import type { PolicyTypes, RegisteredPolicy, Actor as SharedActor } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'

/**
 * Extend it in your application: it declares the type of your actors for this package alone, so
 * that `c.get('authorization').actor` has it. `Register` of the core package declares it for all
 * packages.
 *
 * @example
 * declare module '@arcturus/hono' {
 *   interface Register { actor: User }
 * }
 */
// biome-ignore lint/suspicious/noEmptyInterface: applications add to it
export interface Register {}

/** The registered type of actors: of this package, else of the core package, else `unknown`. */
export type Actor = Register extends { actor: infer A } ? A : SharedActor

/** The variables of a route behind `authorize(action, loader)`. */
export interface AllowedVariables<Row, P extends PolicyTypes = RegisteredPolicy> {
  /** The authorization of this request's actor, with the loaded row. */
  authorization: RequestAuthorization<Row, Actor, P>
}

declare module 'hono' {
  interface ContextVariableMap {
    /**
     * The authorization of this request's actor. The first `authorize(…)` of the request sets it.
     */
    authorization: RequestAuthorization<unknown, Actor>
  }
}
