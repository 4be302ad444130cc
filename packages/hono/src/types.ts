import type { Actor, PolicyTypes, RegisteredPolicy } from '@arcturus/core'
import type { RequestAuthorization } from '@arcturus/web'

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
