import type { Call, Rule } from '../../language/ast.js'
import type { RowsByClass } from './rowsByClass.js'
import type { Recorder } from './trace.js'

/** The rules of one name and arity, as far as the state of a query refers to them. */
export interface Callee {
  readonly name: string
  readonly arity: number
  readonly rules: readonly { readonly node: Rule }[]
}

/** A place that calls rules. */
export interface Caller {
  readonly predicate: Callee
  /** Undefined if the application calls. */
  readonly node: Call | undefined
  /** Name of the rule that contains the call. */
  readonly owner: string | undefined
  /** Whether the call passes on only arguments that the rule around it received. */
  readonly isStanding: boolean
}

/** The program that a query runs. */
export interface Running {
  /** How rows are compared. */
  readonly rows: RowsByClass
  readonly predicates: { get(name: string, arity: number): Callee }
  readonly surroundings: { readonly tracer: { readonly recorder: Recorder } | undefined }
}
