import type { Expression, In } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { Retry } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import type { Step } from '../state/step.js'
import type { Term } from '../state/term.js'
import { assertElement, inStep } from './inGoal.js'
import { planOperand } from './operands.js'
import { type Context, type GoalPlan, inOrder, withValue } from './plan.js'

/** `variable in collection` with the first mention of the variable. */
export interface EachNode extends In {
  readonly item: Expression & { readonly kind: 'variable' }
}

/** Returns whether each element can go into the variable's slot unchanged. */
export function isEach(c: Context, node: Expression): node is EachNode {
  if (node.kind !== 'in') return false
  const { item, collection } = node
  if (item.kind !== 'variable' || item.name === 'nil' || c.host.isConstant(item.name)) return false
  if (item.name === '_') return true
  if (c.scope.has(item.name) && c.scope.isReady(c.scope.slot(item.name))) return false
  return !occurrences(collection).has(item.name)
}

/** Goes through a collection; each element is an alternative. */
export function planEach(c: Context, node: EachNode): GoalPlan {
  const { before, operand } = planOperand(c, node.collection)
  const slot = c.scope.slot(node.item.name)
  c.scope.ready(slot)
  return inOrder([
    ...before,
    withValue(operand, (m, values, next, again) => {
      const { slots } = m.frame
      if (Array.isArray(values)) return eachStep(m, slots, new Each(values, slot, node, next))
      const cell = m.cell(false)
      slots[slot] = cell
      return inStep(m, cell, values, node, next, again)
    }),
  ])
}

/** The remaining elements of an array of the application. */
class Each {
  at = 0
  constructor(
    readonly values: readonly unknown[],
    readonly slot: number,
    readonly node: EachNode,
    readonly next: Step,
  ) {}
}

function eachStep(m: Machine, slots: Term[], each: Each): Step {
  const { values, slot } = each
  if (values.length === 0) return m.backtrack()
  const element = values[each.at++]
  slots[slot] = element
  if (each.at < values.length) m.pushRetry(nextElement, each)
  return stepBehind(element, each)
}

/** Returns the step behind an element. It throws if the element is undefined: the others are alternatives. */
function stepBehind(element: unknown, { node, next }: Each): Step {
  if (element !== undefined) return next
  return (m) => {
    assertElement(m, node)
    return next
  }
}

/** One choice point serves all elements. The list can have become shorter. */
const nextElement: Retry = (m, choice) => {
  // Sound: `eachStep` pushed it.
  const each = choice.data as Each
  const { values, slot } = each
  const isThere = each.at < values.length
  const element = isThere ? values[each.at++] : undefined
  if (isThere) m.frame.slots[slot] = element
  if (each.at >= values.length) m.choices.pop()
  return isThere ? stepBehind(element, each) : m.backtrack()
}
