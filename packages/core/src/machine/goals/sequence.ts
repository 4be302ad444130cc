import type { Expression } from '../../language/ast.js'
import { isEach, planEach } from './eachGoal.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import { testedGoals } from './tests.js'

/** Plans goals one after the other. Several of them can become one plan. */
export function planSequence(c: Context, goals: readonly Expression[]): GoalPlan {
  const plans: GoalPlan[] = []
  for (let at = 0; at < goals.length; ) {
    const goal = goals[at]!
    if (c.tracer === undefined && isEach(c, goal)) {
      const { plan, tested } = planEach(c, goal, goals, at + 1)
      plans.push(plan)
      at += 1 + tested
      continue
    }
    const tested = testedGoals(c, goals, at)
    if (tested.tests.length > 0) {
      plans.push(tested.plan)
      at += tested.tests.length
      continue
    }
    plans.push(c.goal(c, goal))
    at++
  }
  return inOrder(plans)
}
