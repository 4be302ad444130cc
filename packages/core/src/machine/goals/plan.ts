import type { Call, Expression } from '../../language/ast.js'
import type { RuleGroupTable } from '../calls/ruleGroup.js'
import type { Host } from '../host/host.js'
import type { Step } from '../state/step.js'
import type { Recorder } from '../state/trace.js'
import type { Unions } from '../state/unions.js'
import type { Scope } from './scope.js'

/**
 * A goal that knows its variables and waits to be told what comes after it. Goals are planned from left to right, for it
 * matters who mentions a variable first, and made into steps from right to left.
 */
export type GoalPlan = (next: Step) => Step

/** What compiling a goal needs to know. */
export interface Context {
  readonly scope: Scope
  readonly host: Host
  readonly unions: Unions
  readonly predicates: RuleGroupTable
  /** Name of the rule that the goal is of; undefined in a query. */
  readonly owner: string | undefined
  readonly recorder: Recorder | undefined
  /** The calls that pass on nothing but what the rule was given. */
  readonly standing: ReadonlySet<Call>
  readonly goal: (context: Context, node: Expression) => GoalPlan
}

/** One plan after another. */
export function inOrder(plans: readonly GoalPlan[]): GoalPlan {
  if (plans.length === 1) return plans[0]!
  return (next) => plans.reduceRight((after, plan) => plan(after), next)
}
