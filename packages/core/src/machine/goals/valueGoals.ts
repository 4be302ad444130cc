import type { Assign, Expression, Matches, Printer, Unify, Variable } from '../../language/ast.js'
import { withoutLookups } from '../../language/lookups.js'
import { occurrences } from '../../language/mentions.js'
import { CONDITIONS } from '../../language/visit.js'
import { equalsItself } from '../../values/equality.js'
import { Fault } from '../../values/fault.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import { unanswered } from '../state/replay.js'
import { failed, pending } from '../state/signal.js'
import type { Step } from '../state/step.js'
import { isOfHost, type Term } from '../state/term.js'
import { evaluate } from '../terms/evaluate.js'
import { formatTerm } from '../terms/format.js'
import { match } from '../terms/pattern.js'
import { unifyObjects, unifyStep } from '../terms/unify.js'
import { planOperand, planOperands } from './operands.js'
import { matcherOf } from './patterns.js'
import { type Context, type GoalPlan, inOrder, withValue } from './plan.js'

/** `left = right` */
export function planUnify(c: Context, node: Unify): GoalPlan {
  const { left, right } = node
  const apart = c.host.runsLikeOso ? withoutLookups(node) : undefined
  if (apart) return inOrder(apart.map((one) => planUnify(c, one)))
  const fresh = firstMention(c, left, right) ?? firstMention(c, right, left)
  if (fresh !== undefined) return planBinding(c, fresh === left ? left : right, fresh === left ? right : left)
  const { before, operands } = planOperands(c, [left, right])
  const [a, b] = [operands[0]!, operands[1]!]
  return inOrder([...before, (next) => unifyOperands(a, b, next)])
}

function unifyOperands(left: CompiledValue, right: CompiledValue, next: Step): Step {
  if (left.kind === 'slot' && right.kind === 'slot' && left.slot === right.slot) return next
  const step: Step = (m) => {
    m.asking()
    const slots = m.frame.slots
    const a = evaluate(m, slots, left)
    if (a === failed) return m.backtrack()
    if (a === pending) return m.wait(step)
    const b = evaluate(m, slots, right)
    if (a === b && b !== failed && b !== pending && equalsItself(b)) return next
    if (typeof a === 'string' && typeof b === 'string') return m.backtrack()
    if (!isOfHost(a) || !isOfHost(b)) return unifyStep(m, b, a, next, step)
    // The equality of the application takes its operands in the order of the text.
    const verdict = unifyObjects(m, a, b)
    if (verdict === true) return m.proceed(next)
    return verdict === false ? m.backtrack() : m.wait(step)
  }
  return step
}

/** Returns a variable that neither an earlier goal nor the other side has mentioned. */
function firstMention(c: Context, node: Expression, other: Expression): Variable | undefined {
  if (node.kind !== 'variable' || node.name === '_' || node.name === 'nil' || c.host.isConstant(node.name)) return
  if (c.scope.has(node.name) && c.scope.isReady(c.scope.slot(node.name))) return
  return occurrences(other).has(node.name) ? undefined : node
}

/** Binds a variable at its first mention to the value, without unification. */
function planBinding(c: Context, variable: Expression, value: Expression): GoalPlan {
  const { before, operand } = planOperand(c, value)
  const slot = c.scope.slot(variable.kind === 'variable' ? variable.name : '_')
  c.scope.ready(slot)
  return inOrder([
    ...before,
    withValue(operand, (m, term, next) => {
      if (term instanceof Cell) m.link(term)
      m.frame.slots[slot] = term
      return next
    }),
  ])
}

/** `left := right` */
export function planAssign(c: Context, node: Assign): GoalPlan {
  const { left, right } = node
  if (left.name === '_' || firstMention(c, left, right) !== undefined) return planBinding(c, left, right)
  const { before, operands } = planOperands(c, [left, right])
  const [target, value] = [operands[0]!, operands[1]!]
  return inOrder([
    ...before,
    (next) => {
      const step: Step = (m) => {
        m.asking()
        const slots = m.frame.slots
        const cell = target.kind === 'fresh' ? evaluate(m, slots, target) : slots[target.slot]
        if (!(cell instanceof Cell) || cell.isBound || cell.linked || cell.goals !== undefined) {
          throw new Fault('type-error', `Cannot assign to ${left.name}: the variable already has a value.`, {
            span: node.span,
            hint: 'compare with `=`',
            data: { of: 'assignment', name: left.name },
          })
        }
        return unifyStep(m, evaluate(m, slots, value), cell, next, step)
      }
      return step
    },
  ])
}

/**
 * A value in the place of a condition: it has to be true or false; an open variable becomes true.
 */
export function planCondition(c: Context, node: Expression): GoalPlan {
  const { before, operand } = planOperand(c, node)
  return inOrder([
    ...before,
    withValue(operand, (m, value, next) => {
      if (value === true) return next
      if (value === false) return m.backtrack()
      if (value instanceof Cell) {
        m.bind(value, true)
        return m.proceed(next)
      }
      const shown = formatTerm(m.host, value)
      throw new Fault('type-error', `A condition must be true or false, not ${shown}.`, {
        span: node.span,
        hint: 'compare the value',
        data: { of: 'condition', value, shown, expression: node },
      })
    }),
  ])
}

/** `value matches pattern` */
export function planMatches(c: Context, node: Matches): GoalPlan {
  const { before, operand } = planOperand(c, node.value)
  const { matcher, fresh } = matcherOf(c, node.pattern, before)
  return inOrder([
    ...before,
    withValue(operand, (m, value, next, again) => {
      const { slots } = m.frame
      makeCells(m, slots, fresh)
      const verdict = match(m, slots, value, matcher, node)
      if (verdict === true) return m.proceed(next)
      return verdict === false ? m.backtrack() : m.wait(again)
    }),
  ])
}

/** Makes the cells of variables before their first mention. */
export function makeCells(m: Machine, slots: Term[], fresh: readonly number[]): void {
  for (const slot of fresh) slots[slot] = m.cell(false)
}

/** `print(a, b)` and `debug(a, b)`: they always succeed. */
export function planOutput(c: Context, node: Printer | (Expression & { kind: 'debug' })): GoalPlan {
  const { before, operands } = planOperands(
    c,
    node.args.filter(({ kind }) => !CONDITIONS.has(kind)),
  )
  return inOrder([
    ...before,
    (next) => {
      const step: Step = (m) => {
        m.asking()
        const texts: string[] = []
        for (const operand of operands) {
          const value = evaluate(m, m.frame.slots, operand)
          if (value === failed) return m.backtrack()
          if (value === pending) return m.wait(step)
          texts.push(formatTerm(m.host, deref(value)))
        }
        const known = m.recall(node, m.frame.slots, undefined)
        if (known !== unanswered) return next
        m.raw = true
        const text = texts.join(', ')
        const answer = m.settle(node.kind === 'print' ? m.host.print(text) : m.host.debug(text, node.span))
        m.raw = false
        return answer === pending ? m.wait(step) : next
      }
      return step
    },
  ])
}
