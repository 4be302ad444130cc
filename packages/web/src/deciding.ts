import type { DecisionExplanation, DecisionKind, DenialReason, Eventual, Explained } from '@arcturus/core/internal/web'
import type { Method } from './question.js'

/** The request on whose behalf decisions are made. */
export interface Deciding {
  /** Called after each decision, except for denials that are thrown. */
  decided(kind: DecisionKind): void
  /** Called after each denial that is thrown. */
  denied(actor: unknown): void
  /** Asks a question whose answer the caller of the method has to await, and returns the promise for that caller. */
  watch<Answer>(method: Method | undefined, ask: () => Promise<Answer>): Promise<Answer>
  /**
   * Called before each decision and before the actor is read: the response then depends on the
   * actor. An error that it throws is passed on to the caller, even if the decision is remembered.
   */
  personalize(): void
  /** The version of the policy for the client; undefined if responses contain no reasons. */
  readonly policyVersion: string | undefined
  /** Returns the store's client of an actor. */
  clientOf(actor: unknown): unknown
  /** Returns the explanation of a denial for the client. */
  explanation(reason: DenialReason, action: string): string | undefined
  /** Returns a decision with what its explanation reveals in this application. */
  explained(decision: Explained): Explained
  /** Returns the explanation of a denial for the client. */
  detail(decision: Explained): Eventual<DecisionExplanation | undefined>
}
