import type { Expression, Rule } from '../language/ast.js'

/** What a recorder is told while a query runs, in order. Values are formatted when asked. */
export type TraceEvent =
  /** A goal is about to run; `depth` is that of the rule calls around it. */
  | { readonly kind: 'goal'; readonly goal: Expression; readonly depth: number; text(): string }
  /** The head of a rule matched a call; its body is about to run. */
  | { readonly kind: 'rule'; readonly rule: Rule; readonly depth: number }
  /** A goal was proven (it may be so again, when the query comes back for more). */
  | { readonly kind: 'proven'; readonly goal: Expression; readonly depth: number }
  /** Nothing more can be proven here: the query goes back to its last choice. */
  | { readonly kind: 'backtrack' }
  /** The query is proven. */
  | { readonly kind: 'solution' }

export interface Recorder {
  record(event: TraceEvent): void
}
