import type { Call, Expression, Rule } from '../../language/ast.js'
import type { RuleGroupTable } from '../calls/ruleGroup.js'
import type { Host } from '../host/host.js'
import type { Step } from '../state/step.js'
import type { Recorder } from '../state/trace.js'
import type { Unions } from '../state/unions.js'
import type { Scope } from './scope.js'

/**
 * A planned goal: its variables have slots, and it takes its continuation to make its step. Goals
 * are planned from left to right, because the first mention of a variable matters, and made into
 * steps from right to left.
 */
export type GoalPlan = (next: Step) => Step

/** The context of compiling a goal. */
export interface Context {
  readonly scope: Scope
  readonly host: Host
  readonly unions: Unions
  readonly predicates: RuleGroupTable
  /** Name of the rule that contains the goal; undefined in a query. */
  readonly owner: string | undefined
  readonly tracer: Tracer | undefined
  /** The calls that pass on only arguments of the rule. */
  readonly standing: ReadonlySet<Call>
  readonly goal: (context: Context, node: Expression) => GoalPlan
}

/** Compiles goals and rules so that a recorder receives their events. */
export interface Tracer {
  readonly recorder: Recorder
  goal(context: Context, goal: Expression, compile: () => GoalPlan): GoalPlan
  /** Returns the steps that surround those of a rule. */
  rule(scope: Scope, rule: Rule): { readonly end: Step; body(steps: Step): Step; head(matching: Step): Step }
}

/** Puts plans in sequence. */
export function inOrder(plans: readonly GoalPlan[]): GoalPlan {
  if (plans.length === 1) return plans[0]!
  return (next) => plans.reduceRight((after, plan) => plan(after), next)
}
