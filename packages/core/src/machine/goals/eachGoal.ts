import type { Expression, In } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { Choice } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { failed, pending } from '../state/signal.js'
import type { Step } from '../state/step.js'
import type { Term } from '../state/term.js'
import { evaluate } from '../terms/evaluate.js'
import { inStep } from './inGoal.js'
import { planOperand } from './operands.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import { quickTest, type Test, testedGoals } from './tests.js'

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

/**
 * Goes through a collection. The tests after it run as each element is taken, so that an element
 * that fails them needs no backtracking.
 * @returns also the number of goals that became such tests
 */
export function planEach(
  c: Context,
  node: EachNode,
  goals: readonly Expression[],
  from: number,
): { readonly plan: GoalPlan; readonly tested: number } {
  const { before, operand } = planOperand(c, node.collection)
  const slot = c.scope.slot(node.item.name)
  c.scope.ready(slot)
  const tested = testedGoals(c, goals, from)
  const plan = inOrder([
    ...before,
    (next) => {
      const general = tested.general(next)
      const first = general[0] ?? next
      const step: Step = (m) => {
        m.asking()
        const slots = m.frame.slots
        const values = evaluate(m, slots, operand)
        if (Array.isArray(values)) return eachStep(m, slots, new Each(values, slot, tested.tests, general, next))
        if (values === failed) return m.backtrack()
        if (values === pending) return m.wait(step)
        const cell = m.cell(false)
        slots[slot] = cell
        return inStep(m, cell, values, node, first, step)
      }
      return step
    },
  ])
  return { plan, tested: tested.tests.length }
}

/** The remaining elements of an array of the application. */
class Each {
  readonly values: readonly unknown[]
  readonly slot: number
  readonly tests: readonly Test[]
  /** Continues with a test the general way, by its index. */
  readonly general: readonly Step[]
  readonly next: Step
  at = 0
  constructor(values: readonly unknown[], slot: number, tests: readonly Test[], general: readonly Step[], next: Step) {
    this.values = values
    this.slot = slot
    this.tests = tests
    this.general = general
    this.next = next
  }
}

function eachStep(m: Machine, slots: Term[], each: Each): Step {
  const { values, slot, tests } = each
  elements: while (each.at < values.length) {
    if (each.at % 512 === 511) m.spend(512)
    slots[slot] = values[each.at++]
    let step = each.next
    for (let at = 0; at < tests.length; at++) {
      const verdict = quickTest(m, slots, tests[at]!)
      if (verdict === false) continue elements
      if (verdict === undefined) {
        step = each.general[at]!
        break
      }
    }
    if (each.at < values.length) m.pushRetry(nextElement, each)
    return step
  }
  return m.backtrack()
}

function nextElement(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `eachStep` pushed it.
  const each = choice.data as Each
  return (m) => eachStep(m, m.frame.slots, each)
}
