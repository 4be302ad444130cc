import type { Expression, Rule } from '../../language/ast.js'

/** What a goal event says of the goal that it is about. */
interface GoalEvent {
  readonly goal: Expression
  /** How deep rule calls are nested around the goal. */
  readonly depth: number
  /**
   * The variables of the goal that have been mentioned by then, with their values (a `Variable` for an open one). It has to
   * be asked while the event is recorded.
   */
  values(): ReadonlyMap<string, unknown>
}

/** What a recorder is told while a query runs, in order. */
export type TraceEvent =
  /** A goal is about to run. */
  | ({ readonly kind: 'goal' } & GoalEvent)
  /** A goal was proven; it may be so again, when the query comes back for more. */
  | ({ readonly kind: 'proven' } & GoalEvent)
  /** A goal has no proof, or no further one; nothing is said of a goal whose alternatives were cut. */
  | ({ readonly kind: 'failed' } & GoalEvent)
  /** The head of a rule matched a call; its body is about to run. */
  | { readonly kind: 'rule'; readonly rule: Rule; readonly depth: number }
  /** The query is proven. */
  | { readonly kind: 'solution' }

/** Something that listens to queries. What it throws ends the query. */
export interface Recorder {
  record(event: TraceEvent): void
}
