import type { Cut, Expression, Forall, Not, Or } from '../../language/ast.js'
import { isEach, planEach, testsFrom } from './eachGoal.js'
import { notProven, notStep } from './negation.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import type { Enclosing } from './scope.js'
import { makeCells } from './valueGoals.js'

/** `a and b` */
export function planAnd(c: Context, operands: readonly Expression[]): GoalPlan {
  return enclosed(c, 'and', () => inOrder(planGoals(c, operands)))
}

/** Plans goals one after the other; several of them can become one plan. */
function planGoals(c: Context, goals: readonly Expression[]): GoalPlan[] {
  const plans: GoalPlan[] = []
  for (let at = 0; at < goals.length; at++) {
    const goal = goals[at]!
    const tests = c.tracer === undefined && isEach(c, goal) ? testsFrom(goals, at + 1) : 0
    if (tests > 0 && isEach(c, goal)) {
      plans.push(planEach(c, goal, goals.slice(at + 1, at + 1 + tests)))
      at += tests
    } else plans.push(c.goal(c, goal))
  }
  return plans
}

/** Plans the body of a rule: all goals, and those after the first one. */
export function planBody(
  c: Context,
  goals: readonly Expression[],
): { readonly all: GoalPlan; readonly others: GoalPlan } {
  let others: GoalPlan = (next) => next
  const all = enclosed(c, 'and', () => {
    const plans = planGoals(c, goals)
    if (plans.length > 1) others = inOrder(plans.slice(1))
    return inOrder(plans)
  })
  return { all, others }
}

/** `a or b`: arms are tried in order. */
export function planOr(c: Context, node: Or): GoalPlan {
  const fresh: number[] = []
  for (const operand of node.operands) {
    // variables that an arm shares with other arms or later goals must exist whichever arm is taken
    for (const name of c.scope.shared([operand])) {
      if (name === 'nil' || c.host.isConstant(name)) continue
      const slot = c.scope.slot(name)
      c.scope.ready(slot)
      fresh.push(slot)
    }
  }
  return enclosed(c, 'or', () => {
    const arms = node.operands.map((operand) => c.scope.apart(() => c.goal(c, operand)))
    return (next) => {
      const steps = arms.map((arm) => arm(next))
      const first = steps[0]!
      return (m) => {
        makeCells(m, m.frame.slots, fresh)
        m.push(steps)
        return first
      }
    }
  })
}

/** `not a`: the first mentions inside it do not count after it. */
export function planNot(c: Context, node: Not): GoalPlan {
  return planNegation(c, node, () => c.goal(c, node.operand))
}

/** `forall(a, b)` is `not (a and not b)`. */
export function planForall(c: Context, node: Forall): GoalPlan {
  const { condition, action } = node
  const inner: Not = { kind: 'not', operand: action, span: action.span }
  const operands = condition.kind === 'and' ? [...condition.operands, inner] : [condition, inner]
  return planNegation(c, node, () => planAnd(c, operands))
}

function planNegation(c: Context, node: Expression, goal: () => GoalPlan): GoalPlan {
  const record = c.scope.temporary()
  const enclosing: Enclosing = { kind: 'not', height: undefined }
  c.scope.enclosing.push(enclosing)
  c.scope.negations++
  const plan = c.scope.apart(goal)
  c.scope.negations--
  c.scope.enclosing.pop()
  return (next) => notStep(node, record, enclosing.height, plan(notProven(record)), next)
}

/**
 * Compiles a term that a `cut` inside may cut back to. The height of its beginning is recorded only
 * if one does.
 */
function enclosed(c: Context, kind: 'and' | 'or', compile: () => GoalPlan): GoalPlan {
  const enclosing: Enclosing = { kind, height: undefined }
  c.scope.enclosing.push(enclosing)
  const plan = compile()
  c.scope.enclosing.pop()
  const slot = enclosing.height
  if (slot === undefined) return plan
  return (next) => {
    const first = plan(next)
    return (m) => {
      m.frame.slots[slot] = m.choices.length
      return first
    }
  }
}

/**
 * `cut`: commits to the decisions since the term two levels up began, or since the enclosing
 * negation began. In the body of a rule, that is the call: a body is an `and` even if it has a
 * single goal.
 */
export function planCut(c: Context, _node: Cut): GoalPlan {
  const terms = c.scope.enclosing
  let target = terms.length - 2
  for (let at = terms.length - 1; at > target; at--) if (terms[at]!.kind === 'not') target = at
  const enclosing = terms[Math.max(target, 0)]!
  if (enclosing.kind === 'call') {
    return (next) => (m) => {
      m.cut(m.frame.height)
      return next
    }
  }
  enclosing.height ??= c.scope.temporary()
  const slot = enclosing.height
  return (next) => (m) => {
    // Sound: the term that encloses the cut wrote it.
    m.cut(m.frame.slots[slot] as number)
    return next
  }
}
