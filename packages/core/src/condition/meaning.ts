import type { Expression } from '../language/ast.js'
import type { Schema } from '../schema/schema.js'

/**
 * What values mean, for whoever evaluates a condition over them: the same as for the query machine. Undefined wherever only
 * the machine can tell (a promise, an error).
 */
export interface Meaning {
  readonly schema: Schema
  /** `=` of two values; undefined too where one of them is undefined or a promise. */
  equal(a: unknown, b: unknown): boolean | undefined
  /** `==`, `!=` and the orderings. */
  compare(operator: '==' | '!=' | '<' | '<=' | '>' | '>=', a: unknown, b: unknown): boolean | undefined
  /** Whether a value is an instance of a registered class, or of just that class. */
  isInstance(value: unknown, model: string, exact: boolean): boolean | undefined
  /** Whether a goal of the policy holds, as the machine says. */
  ask(goal: Expression, bindings: ReadonlyMap<string, unknown>): boolean | undefined
}
