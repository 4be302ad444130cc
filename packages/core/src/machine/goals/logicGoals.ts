import type { Cut, Expression, Forall, Junction, Not } from '../../language/ast.js'
import type { Retry } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { Once } from '../state/once.js'
import { fail, type Step } from '../state/step.js'
import { isGround } from '../terms/ground.js'
import { notProven, notStep } from './negation.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import type { Enclosing } from './scope.js'
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

/**
 * `a or b`: the arms are alternatives. It counts once if it binds none of the variables that the
 * rest of the rule mentions.
 */
export function planOr(c: Context, node: Junction): GoalPlan {
  const elsewhere = c.scope.elsewhere(node).filter((name) => name !== 'nil' && !c.host.isConstant(name))
  const isClosed = elsewhere.every((name) => c.scope.has(name) && c.scope.isReady(c.scope.slot(name)))
  const known = isClosed ? elsewhere.map((name) => c.scope.slot(name)) : undefined
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
  const record = known && c.scope.temporary()
  return enclosed(c, 'or', () => {
    const arms = node.operands.map((operand) => c.scope.apart(() => c.goal(c, operand)))
    return (next) => {
      const after = record === undefined ? next : provenOnce(record, next)
      const steps = arms.map((arm) => arm(after))
      return (m) => {
        const slots = m.frame.slots
        makeCells(m, slots, fresh)
        if (record !== undefined) slots[record] = known!.every((slot) => isGround(m, slots[slot])) && new Once(m)
        m.push(steps)
        return steps[0]!
      }
    }
  })
}

/** Runs when an `or` is proven. */
function provenOnce(record: number, next: Step): Step {
  return (m) => {
    const once = m.frame.slots[record]
    if (once instanceof Once) once.prove(m)
    return next
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
  const enclosing: Enclosing = { kind: 'not', height: undefined, uncut: undefined }
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
  const enclosing: Enclosing = { kind, height: undefined, uncut: undefined }
  c.scope.enclosing.push(enclosing)
  const plan = compile()
  c.scope.enclosing.pop()
  const { height, uncut } = enclosing
  if (height === undefined && uncut === undefined) return plan
  return (next) => {
    const first = plan(next)
    return (m) => {
      const { slots } = m.frame
      if (height !== undefined) slots[height] = m.choices.length
      if (uncut !== undefined) {
        slots[uncut.failures] = m.failures.size
        m.pushRetry(notReached, uncut)
      }
      return first
    }
  }
}

/**
 * Runs when nothing reached the `cut`. An error that was met on the way may have hidden it: then the
 * alternatives that the `cut` would exclude are not tried either.
 */
const notReached: Retry = (m, choice) => {
  m.choices.pop()
  // Sound: `enclosed` pushed it.
  const uncut = choice.data as Uncut
  if (hasFailed(m, uncut)) m.cut(heightOf(m, uncut.target))
  return fail
}

type Uncut = NonNullable<Enclosing['uncut']>

function hasFailed(m: Machine, { failures }: Uncut): boolean {
  // Sound: `enclosed` wrote it.
  return m.failures.size > (m.frame.slots[failures] as number)
}

function heightOf(m: Machine, { kind, height }: Enclosing): number {
  // Sound: the term that encloses the cut wrote it.
  return kind === 'call' ? m.frame.height : (m.frame.slots[height!] as number)
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
  const at = Math.max(target, 0)
  const enclosing = terms[at]!
  if (enclosing.kind !== 'call') enclosing.height ??= c.scope.temporary()
  const part = terms[at + 1]
  if (part) part.uncut ??= { target: enclosing, failures: c.scope.temporary() }
  return (next) => (m) => {
    m.cut(heightOf(m, enclosing))
    // An earlier alternative was an error: it may have hidden the `cut` that counts.
    return part?.uncut && hasFailed(m, part.uncut) ? m.backtrack() : next
  }
}

/** Plans goals one after the other. */
function planSequence(c: Context, goals: readonly Expression[]): GoalPlan {
  return inOrder(goals.map((goal) => c.goal(c, goal)))
}
