import type { Expression } from '../../language/ast.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'

/** Plans goals one after the other. */
export function planSequence(c: Context, goals: readonly Expression[]): GoalPlan {
  return inOrder(goals.map((goal) => c.goal(c, goal)))
}
