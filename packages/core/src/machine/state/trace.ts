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
  /** A goal was proven, or waits for a variable; it may be proven again when the query backtracks. */
  | ({ readonly kind: 'proven'; readonly isWaiting: boolean } & GoalEvent)
  /**
   * A goal has no proof, or no further one; there is no event for a goal whose alternatives were cut.
   * `wasProven`: it had a proof before. `metLoop`: a call within it failed because it repeats a call around it.
   */
  | ({ readonly kind: 'failed'; readonly wasProven: boolean; readonly metLoop: boolean } & GoalEvent)
  /**
   * `rule`: its head matched a call, and its body is about to run. `unmatched`: its head did not match a call; there is no
   * event for a rule that the classes or the constants of the arguments exclude. `applied`: its body was proven; it may
   * be proven again when the query backtracks.
   */
  | { readonly kind: 'rule' | 'unmatched' | 'applied'; readonly rule: Rule; readonly depth: number }
  /** The query is proven. */
  | { readonly kind: 'solution' }

/** A listener of queries. An error that it throws ends the query. */
export interface Recorder {
  record(event: TraceEvent): void
}
