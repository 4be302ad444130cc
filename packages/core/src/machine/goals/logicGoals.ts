import type { Cut, Expression, Forall, Not, Or } from '../../language/ast.js'
import type { Step } from '../state/step.js'
import { notProven, notStep } from './negation.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import type { Enclosing } from './scope.js'
import { planSequence } from './sequence.js'
import { quickTest, type Test, testOf, testsStep } from './tests.js'
import { makeCells } from './valueGoals.js'

/** `a and b` */
export function planAnd(c: Context, operands: readonly Expression[]): GoalPlan {
  return enclosed(c, 'and', () => planSequence(c, operands))
}

/** Plans the body of a rule: a number of goals at its beginning, and the others. */
export function planBody(
  c: Context,
  goals: readonly Expression[],
  apart: number,
): { readonly all: GoalPlan; readonly others: GoalPlan } {
  let others: GoalPlan = (next) => next
  const all = enclosed(c, 'and', () => {
    const first = planSequence(c, goals.slice(0, apart))
    others = planSequence(c, goals.slice(apart))
    return inOrder([first, others])
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
    const tests = node.operands.map((operand) => testOf(c, operand))
    const arms = node.operands.map((operand) => c.scope.apart(() => c.goal(c, operand)))
    return (next) =>
      orStep(
        tests,
        arms.map((arm) => arm(next)),
        fresh,
        next,
      )
  })
}

/** Tries arms in order. An arm whose test fails needs no choice point. */
function orStep(
  tests: readonly (Test | undefined)[],
  general: readonly Step[],
  fresh: readonly number[],
  next: Step,
): Step {
  const arms = general.map((step, at) => (tests[at] ? testsStep([tests[at]], [step], next) : step))
  return (m) => {
    m.asking()
    const slots = m.frame.slots
    makeCells(m, slots, fresh)
    for (let at = 0; at < arms.length; at++) {
      const test = tests[at]
      const verdict = test && quickTest(m, slots, test)
      if (verdict === false) continue
      if (at + 1 < arms.length) m.push(arms, at + 1)
      return verdict ? next : general[at]!
    }
    return m.backtrack()
  }
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
