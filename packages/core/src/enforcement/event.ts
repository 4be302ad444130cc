import type { DecisionKind } from '../authorizer/decision.js'
import type { DenialReason } from '../authorizer/denial.js'
import type { UndecidedError } from './guard.js'

/**
 * What an application's log is told of a request. It may hold what the visitor must not learn: which row was hidden, what
 * went wrong in the policy.
 */
export type EnforcementEvent<Request = unknown, Actor = unknown> =
  | {
      readonly kind: 'allowed'
      readonly request: Request
      readonly actor: Actor | null
      readonly action: string | undefined
      /** The name of the model for a route that asks about one. */
      readonly resource: unknown
    }
  | {
      readonly kind: 'denied'
      readonly request: Request
      readonly actor: Actor | null
      /** `undefined` for the request-level rules. */
      readonly action: string | undefined
      /** `undefined` where the loader found nothing, and for the request-level rules. */
      readonly resource: unknown
      readonly reason: DenialReason
    }
  | Opened<Request>
  | { readonly kind: 'undecided'; readonly request: Request; readonly error: UndecidedError }

/** The decision, or the `unguarded(reason)`, that lets the response of a request pass the guard. */
type Opened<Request> =
  | {
      readonly kind: 'opened'
      readonly request: Request
      readonly by: Exclude<DecisionKind, 'request' | 'actions' | 'model'>
      /** `undefined` if the decision is about no certain action. */
      readonly action: unknown
      /** The row, or the name of the model. */
      readonly resource: unknown
    }
  | { readonly kind: 'opened'; readonly request: Request; readonly by: 'unguarded'; readonly reason: string }
