import type { Call, Expression, Rule } from '../../language/ast.js'
import type { RuleGroupTable } from '../calls/ruleGroup.js'
import type { Host } from '../host/host.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import type { Unions } from '../state/matcher.js'
import { failed, pending } from '../state/signal.js'
import type { Step } from '../state/step.js'
import type { Term } from '../state/term.js'
import type { Recorder } from '../state/trace.js'
import { evaluate } from '../terms/evaluate.js'
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

/**
 * Plans a goal that evaluates an operand, and fails and waits as it does.
 * @param use - Goes on with the value; `again` is the goal's own step.
 */
export function withValue(
  operand: CompiledValue,
  use: (m: Machine, value: Term, next: Step, again: Step) => Step,
): GoalPlan {
  return (next) => {
    const step: Step = (m) => {
      m.asking()
      const value = evaluate(m, m.frame.slots, operand)
      if (value === failed) return m.backtrack()
      return value === pending ? m.wait(step) : use(m, value, next, step)
    }
    return step
  }
}

/** Plans a goal that evaluates two operands in order; otherwise as `withValue`. */
export function withValues(
  [left, right]: readonly CompiledValue[],
  use: (m: Machine, left: Term, right: Term, next: Step, again: Step) => Step,
): GoalPlan {
  return withValue(left!, (m, value, next, again) => {
    const other = evaluate(m, m.frame.slots, right!)
    if (other === failed) return m.backtrack()
    return other === pending ? m.wait(again) : use(m, value, other, next, again)
  })
}
