import type { Expression, Rule } from '../../language/ast.js'

/** The part of an event that is about a goal. */
export interface GoalEvent {
  readonly goal: Expression
  /** Depth of the rule calls around the goal. */
  readonly depth: number
  /**
   * Returns the variables of the goal that have been mentioned so far, with their values; an open
   * one is a `Variable`. It has to be called while the event is recorded.
   */
  values(): ReadonlyMap<string, unknown>
}

/** The events of a query, in order. */
export type TraceEvent =
  /** A goal is about to run. */
  | ({ readonly kind: 'goal' } & GoalEvent)
  /** A goal was proven; it may be proven again when the query backtracks. */
  | ({
      readonly kind: 'proven' /** Whether the proof waits for a variable. */
      readonly isWaiting: boolean
    } & GoalEvent)
  /**
   * A goal has no proof, or no further one; there is no event for a goal whose alternatives were
   * cut.
   */
  | ({
      readonly kind: 'failed'
      /** Whether it had a proof before. */
      readonly wasProven: boolean
      /** Whether a call within it failed because it repeats a call around it. */
      readonly metLoop: boolean
    } & GoalEvent)
  /** The head of a rule matched a call; its body is about to run. */
  | { readonly kind: 'rule'; readonly rule: Rule; readonly depth: number }
  /**
   * The head of a rule did not match a call. There is no event for a rule that the classes or the
   * constants of the arguments exclude.
   */
  | { readonly kind: 'unmatched'; readonly rule: Rule; readonly depth: number }
  /** The body of a rule was proven; it may be proven again when the query backtracks. */
  | { readonly kind: 'applied'; readonly rule: Rule; readonly depth: number }
  /** The query is proven. */
  | { readonly kind: 'solution' }

/** A listener of queries. An error that it throws ends the query. */
export interface Recorder {
  record(event: TraceEvent): void
}
