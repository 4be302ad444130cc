import type { Expression } from '../language/ast.js'
import type { Limits } from './limits.js'
import type { Program } from './program.js'
import type { Recorder } from './trace.js'

/** A call of a rule by name; a `Variable` among the arguments is what the query is to find. */
export interface RuleCall {
  readonly rule: string
  readonly args: readonly unknown[]
}

export interface QueryOptions {
  /** Values of variables of the query, by name. */
  readonly bindings?: ReadonlyMap<string, unknown>
  readonly limits?: Partial<Limits>
  readonly recorder?: Recorder
  /** Whether a variable that is only constrained is answered by an `Expression`, rather than refused. Default false. */
  readonly acceptExpression?: boolean
}

/** Values of the query's variables by name; variables that start with `_` and those that took no part are not in it. */
export type Solution = ReadonlyMap<string, unknown>

/** A query that runs: it computes no further than it is asked. */
export interface Query {
  /** The next solution, undefined after the last; a promise where the query has to wait. @throws QueryError */
  next(): Solution | undefined | Promise<Solution | undefined>
  /** The next solution. @throws QueryError, `async-value` where the query would have to wait. */
  nextSync(): Solution | undefined
  /** Ends the query and the iterators of the application that it holds open. */
  close(): void
}

export declare function solve(program: Program, goal: Expression | RuleCall, options?: QueryOptions): Query
/** Whether a call of a rule with these arguments can be proven. @throws QueryError */
export declare function holds(
  program: Program,
  rule: string,
  args: readonly unknown[],
  limits?: Partial<Limits>,
): boolean | Promise<boolean>
/** @throws QueryError, `async-value` where the query would have to wait. */
export declare function holdsSync(
  program: Program,
  rule: string,
  args: readonly unknown[],
  limits?: Partial<Limits>,
): boolean
