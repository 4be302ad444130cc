import type { DenialReason } from './denial.js'
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
  | { readonly kind: 'undecided'; readonly request: Request; readonly error: UndecidedError }
