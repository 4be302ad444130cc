import type { Expression, In } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Choice } from '../state/frame.js'
import type { Machine } from '../state/machine.js'
import { failed, pending } from '../state/signal.js'
import { fail, type Step } from '../state/step.js'
import type { Term } from '../state/term.js'
import { evaluate } from '../terms/evaluate.js'
import { inStep } from './inGoal.js'
import { hasEffect, planOperand, planOperands } from './operands.js'
import { type Context, type GoalPlan, inOrder } from './plan.js'
import { FrameTest, quickTest } from './quick.js'

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
 * Returns the number of goals from an index on that are comparisons and could be tests if their
 * variables were known.
 */
export function testsFrom(nodes: readonly Expression[], from: number): number {
  let at = from
  for (; at < nodes.length; at++) {
    const node = nodes[at]!
    if ((node.kind !== 'unify' && node.kind !== 'compare') || hasEffect(node)) break
  }
  return at - from
}

/**
 * Goes through a collection. The comparisons after it are tested as each element is taken, so that
 * an element that fails them needs no backtracking.
 * @param following - The comparisons after it; they are planned here.
 */
export function planEach(c: Context, node: EachNode, following: readonly Expression[]): GoalPlan {
  const { before, operand } = planOperand(c, node.collection)
  const slot = c.scope.slot(node.item.name)
  c.scope.ready(slot)
  const tests: FrameTest[] = []
  const plans: GoalPlan[] = []
  for (const goal of following) {
    if (plans.length === tests.length) {
      const test = testOf(c, goal)
      if (test !== undefined) tests.push(test)
    }
    plans.push(c.goal(c, goal))
  }
  return inOrder([
    ...before,
    (next) => {
      const untested = inOrder(plans.slice(tests.length))(next)
      const general = inOrder(plans)(next)
      const step: Step = (m) => {
        m.asking()
        const slots = m.frame.slots
        const values = evaluate(m, slots, operand)
        if (Array.isArray(values)) return eachStep(m, slots, new Each(values, slot, tests, untested, general))
        if (values === failed) return m.backtrack()
        if (values === pending) return m.wait(step)
        const cell = m.cell(false)
        slots[slot] = cell
        return inStep(m, cell, values, node, general, step)
      }
      return step
    },
  ])
}

/** Returns a comparison as a test if all its variables are known by then. */
function testOf(c: Context, node: Expression): FrameTest | undefined {
  if (node.kind !== 'unify' && node.kind !== 'compare') return undefined
  for (const name of occurrences(node).keys()) {
    if (name === 'nil' || c.host.isConstant(name)) continue
    if (!c.scope.has(name) || !c.scope.isReady(c.scope.slot(name))) return undefined
  }
  const { operands } = planOperands(c, [node.left, node.right])
  const [left, right] = [operands[0]!, operands[1]!]
  if (!isQuick(left) || !isQuick(right)) return undefined
  return new FrameTest(node.kind === 'unify' ? '=' : node.operator, left, right)
}

function isQuick(operand: CompiledValue): boolean {
  switch (operand.kind) {
    case 'slot':
      return true
    case 'value':
      return typeof operand.value !== 'object' || operand.value === null
    case 'field':
      return isQuick(operand.parts[0]!)
    default:
      return false
  }
}

/** The remaining elements of an array of the application. */
class Each {
  readonly values: readonly unknown[]
  readonly slot: number
  readonly tests: readonly FrameTest[]
  /** Continues after the tests, or with them. */
  readonly untested: Step
  readonly general: Step
  at = 0
  constructor(values: readonly unknown[], slot: number, tests: readonly FrameTest[], untested: Step, general: Step) {
    this.values = values
    this.slot = slot
    this.tests = tests
    this.untested = untested
    this.general = general
  }
}

function eachStep(m: Machine, slots: Term[], each: Each): Step {
  const { values, slot, tests } = each
  while (each.at < values.length) {
    if (each.at % 512 === 511) m.spend(512)
    slots[slot] = values[each.at++]
    let passed: boolean | undefined = true
    for (let test = 0; test < tests.length && passed === true; test++) passed = quickTest(m, slots, tests[test]!)
    if (passed === false) continue
    if (each.at < values.length) m.pushRetry(nextElement, each)
    return passed ? each.untested : each.general
  }
  return fail
}

function nextElement(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `eachStep` pushed it.
  const each = choice.data as Each
  return (m) => eachStep(m, m.frame.slots, each)
}
