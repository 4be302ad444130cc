import type { Decision, RequestFields } from '@arcturus/core/internal/web'
import type { UndecidedError } from './guard.js'

/**
 * The events that an application's `onDecision` receives about a request: each decision that is made while it is served, the
 * reason of a public route, and a response that the guard blocked. They may contain facts that the client must not
 * learn, for example which row was hidden, or an error of the policy.
 */
export type EnforcementEvent =
  | Decision
  | { readonly kind: 'unguarded'; readonly request: RequestFields; readonly reason: string }
  | { readonly kind: 'undecided'; readonly request: RequestFields; readonly error: UndecidedError }
