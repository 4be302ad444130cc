import type { DecisionKind } from '../authorizer/decisions/decision.js'
import type { DenialReason } from '../authorizer/denial.js'
import type { DecisionExplanation } from '../errors.js'
import type { UndecidedError } from './guard.js'

/**
 * The events that an application's log receives about a request. They may contain facts that the
 * client must not learn, for example which row was hidden, or an error of the policy.
 */
export type EnforcementEvent<Request = unknown, Actor = unknown> =
  | {
      readonly kind: 'allowed'
      readonly request: Request
      readonly actor: Actor | null
      readonly action: string | undefined
      /** The name of the model if the route decides about a model. */
      readonly resource: unknown
    }
  | {
      readonly kind: 'denied'
      readonly request: Request
      readonly actor: Actor | null
      /** `undefined` for the request-level rules. */
      readonly action: string | undefined
      /** `undefined` if the loader found no row, and for the request-level rules. */
      readonly resource: unknown
      readonly reason: DenialReason
      /**
       * As for an `AuthorizationError`: if `@arcturus/core/explain` is imported, and there is a row or
       * a request. Without reasons if the decision loaded data that is not at hand.
       */
      readonly explanation?: DecisionExplanation | undefined
      readonly loadExplanation?: (() => Promise<DecisionExplanation>) | undefined
    }
  | Opened<Request>
  | { readonly kind: 'undecided'; readonly request: Request; readonly error: UndecidedError }

/** The decision, or the `unguarded(reason)`, that lets the response of a request pass the guard. */
type Opened<Request> =
  | {
      readonly kind: 'opened'
      readonly request: Request
      readonly by: Exclude<DecisionKind, 'request' | 'actions' | 'model'>
      /** `undefined` if the decision concerns no particular action. */
      readonly action: unknown
      /** The row, or the name of the model. */
      readonly resource: unknown
    }
  | { readonly kind: 'opened'; readonly request: Request; readonly by: 'unguarded'; readonly reason: string }
