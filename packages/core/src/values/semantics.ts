import type { Code } from '../language/codes.js'

/**
 * The result of a condition, or of a part of it; undefined: an error. The order of rules and
 * alternatives decides nothing.
 *
 * |                            | true         | false                               | error            |
 * | -------------------------- | ------------ | ----------------------------------- | ---------------- |
 * | `a or b`, rules, `some`    | one is true  | all are false                       | otherwise        |
 * | `a and b`                  | all are true | the first that is not true is false | otherwise        |
 * | `not a`                    | `a` is false | `a` is true                         | `a` is an error  |
 *
 * - `not`, `forall`, a call with ground arguments and an `or` that binds nothing count once: if they
 *   are true, the errors of their other parts do not count. Solutions of any other goal are
 *   alternatives together with the goals that follow it, and so are its errors.
 * - `forall(a, b)` is `not (a and not b)`, `x in list` is `some e where e = x`, and patterns are an
 *   `and` from left to right.
 * - Recursion is the least fixpoint of *true*, then of *error*: a call that repeats itself is false.
 * - An error before a `cut` is an error of all rules that the `cut` would exclude.
 *
 * The machine (`machine/state/once`, `machine/goals/negation`), predicates (`predicate/graph`),
 * filters (`filter/definite`, `evaluate`) and explanations (`explain/world`) follow this table.
 */
export type Decision = boolean | undefined

/** The errors that end an evaluation at once: no alternative outweighs them. */
const endings: ReadonlySet<Code | undefined> = new Set([
  'frame-limit',
  'step-limit',
  'time-limit',
  'async-value',
  'negated-loop',
  'replay-mismatch',
])

/** Returns whether an error ends the whole evaluation, not only one alternative. */
export function endsEvaluation(code: Code | undefined): boolean {
  return endings.has(code)
}
