import type { Compare, ComparisonOperator, Expression } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { Fault } from '../../values/fault.js'
import { compareNumbers } from '../../values/order.js'
import { Cell, deref } from '../state/cell.js'
import type { Machine } from '../state/machine.js'
import type { PolarComparisonOperator } from '../state/polarOperator.js'
import { unanswered } from '../state/replay.js'
import { pending, type Verdict } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { Float, isDict, isList, type Term } from '../state/term.js'
import { formatTerm } from '../terms/format.js'
import { settleReceiver } from '../terms/lookup.js'
import { planOperands } from './operands.js'
import { type Context, type GoalPlan, inOrder, withValues } from './plan.js'

const names: Readonly<Record<ComparisonOperator, PolarComparisonOperator>> = {
  '==': 'Eq',
  '!=': 'Neq',
  '<': 'Lt',
  '<=': 'Leq',
  '>': 'Gt',
  '>=': 'Geq',
}

/** `left < right` and the like: they compare values and bind nothing. */
export function planCompare(c: Context, node: Compare): GoalPlan {
  const { before, operands } = planOperands(c, [node.left, node.right])
  return inOrder([
    ...before,
    withValues(operands, (m, left, right, next, again) => {
      if (typeof left === 'number' && typeof right === 'number') {
        return compareNumbers(node.operator, left, right) ? next : m.backtrack()
      }
      return compareStep(m, node.operator, left, right, node, next, again)
    }),
  ])
}

function compareStep(
  m: Machine,
  operator: ComparisonOperator,
  left: Term,
  right: Term,
  node: Expression,
  next: Step,
  again: Step,
): Step {
  if (left instanceof Cell || right instanceof Cell) {
    const cells = [left, right].filter((term) => term instanceof Cell)
    const step: Step = (m) => {
      m.asking()
      const slots = m.frame.slots
      return compareStep(m, operator, deref(slots[0]), deref(slots[1]), node, exit, step)
    }
    const constraint = { kind: 'operation', operator: names[operator], args: [left, right], node } as const
    suspend(m, cells, step, [left, right], constraint)
    return next
  }
  const verdict = compare(m, operator, left, right, node)
  if (verdict === true) return next
  return verdict === false ? m.backtrack() : m.wait(again)
}

function compare(m: Machine, operator: ComparisonOperator, left: Term, right: Term, node: Expression): Verdict {
  const a = plain(left)
  const b = plain(right)
  if (isNumber(a) && isNumber(b)) return compareNumbers(operator, a, b)
  if (typeof a === 'string' && typeof b === 'string') return compareNumbers(operator, compareText(a, b), 0)
  if (isOwn(a) && isOwn(b)) throw notComparable(m, operator, left, right, node)
  const x = settleReceiver(m, left)
  if (x === pending) return pending
  const y = settleReceiver(m, right)
  if (y === pending) return pending
  const known = m.recall(node, left, right)
  if (known !== unanswered) return decide(operator, known)
  m.at = node.span
  m.raw = true
  const answer = isEquality(operator) ? m.host.compareEqual(x, y) : m.host.order(operator, x, y)
  m.raw = false
  if (answer === undefined) throw notComparable(m, operator, left, right, node)
  const settled = m.settle(answer)
  return settled === pending ? pending : decide(operator, settled)
}

/**
 * Returns the result of the host in the sense of the operator: `!=` negates the host's equality.
 */
function decide(operator: ComparisonOperator, answer: unknown): boolean {
  return operator === '!=' ? answer === false : answer === true
}

function isEquality(operator: ComparisonOperator): operator is '==' | '!=' {
  return operator === '==' || operator === '!='
}

/** Returns a number for a boolean or a float. */
function plain(term: Term): Term {
  if (typeof term === 'boolean') return term ? 1 : 0
  return term instanceof Float ? term.value : term
}

function isNumber(term: Term): term is number | bigint {
  return typeof term === 'number' || typeof term === 'bigint'
}

function isOwn(term: Term): boolean {
  return isNumber(term) || typeof term === 'string' || isList(term) || isDict(term)
}

function notComparable(m: Machine, operator: ComparisonOperator, left: Term, right: Term, node: Expression): Fault {
  const text = `${formatTerm(m.host, left)} ${operator} ${formatTerm(m.host, right)}`
  const reason = isEquality(operator)
    ? `\`${operator}\` does not compare lists and dictionaries`
    : 'the values have no order'
  return new Fault('unsupported-operation', `Cannot evaluate \`${text}\`: ${reason}.`, {
    span: node.span,
    hint: isEquality(operator) ? 'compare with `=`' : 'compare two numbers, two strings or two dates',
    data: { of: 'comparison', shown: text },
  })
}
