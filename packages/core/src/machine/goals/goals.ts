import type { Expression } from '../../language/ast.js'
import { planCall } from './callGoal.js'
import { planCompare } from './comparisonGoals.js'
import { isEach, planEach } from './eachGoal.js'
import { planIn } from './inGoal.js'
import { planAnd, planCut, planForall, planNot, planOr } from './logicGoals.js'
import type { Context, GoalPlan } from './plan.js'
import { planAssign, planCondition, planMatches, planOutput, planUnify } from './valueGoals.js'

/** Compiles any goal. */
export function planGoal(c: Context, node: Expression): GoalPlan {
  return c.tracer === undefined ? planBare(c, node) : c.tracer.goal(c, node, () => planBare(c, node))
}

function planBare(c: Context, node: Expression): GoalPlan {
  switch (node.kind) {
    case 'and':
      return planAnd(c, node.operands)
    case 'or':
      return planOr(c, node)
    case 'not':
      return planNot(c, node)
    case 'forall':
      return planForall(c, node)
    case 'cut':
      return planCut(c, node)
    case 'unify':
      return planUnify(c, node)
    case 'assign':
      return planAssign(c, node)
    case 'compare':
      return planCompare(c, node)
    case 'in':
      return isEach(c, node) ? planEach(c, node) : planIn(c, node)
    case 'matches':
      return planMatches(c, node)
    case 'call':
      return planCall(c, node)
    case 'print':
    case 'debug':
      return planOutput(c, node)
    case 'boolean':
      return node.value ? (next) => next : () => (m) => m.backtrack()
    case 'number':
    case 'string':
    case 'variable':
    case 'list':
    case 'dictionary':
    case 'dot':
    case 'new':
    case 'arithmetic':
      return planCondition(c, node)
    default: {
      const never: never = node
      return never
    }
  }
}
