import type { ComparisonOperator, Expression } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import type { Step } from '../state/step.js'
import { ListTerm, type Term } from '../state/term.js'
import { hasEffect, planOperands } from './operands.js'
import type { Context, GoalPlan } from './plan.js'
import { Comparison, isQuick, quickCompare, quickEqual, quickValue, unsure } from './quick.js'

/**
 * A goal that values at hand decide: it has one proof or none, binds nothing and never waits. If it
 * is undecided, the goal is proven the general way. All kinds share one class, so that the code that
 * runs them sees one shape.
 */
export class Test extends Comparison {
  readonly kind: '=' | 'compare' | 'member' | 'true' | 'not' | 'and' | 'or'
  readonly left: CompiledValue | undefined
  readonly right: CompiledValue | undefined
  /** Of a comparison. */
  readonly operator: ComparisonOperator
  /** Of a membership in a list of the policy. */
  readonly texts: readonly unknown[]
  readonly parts: readonly Test[]
  readonly node: Expression

  constructor(
    kind: Test['kind'],
    node: Expression,
    left: CompiledValue | undefined,
    right: CompiledValue | undefined,
    { operator = '==', texts = [], parts = [] }: Partial<Pick<Test, 'operator' | 'texts' | 'parts'>> = {},
  ) {
    super()
    this.kind = kind
    this.node = node
    this.left = left
    this.right = right
    this.operator = operator
    this.texts = texts
    this.parts = parts
  }
}

/** Returns whether a test holds; undefined if it is undecided. */
export function quickTest(m: Machine, slots: readonly Term[], test: Test): boolean | undefined {
  switch (test.kind) {
    case 'not': {
      const verdict = quickTest(m, slots, test.parts[0]!)
      return verdict === undefined ? undefined : !verdict
    }
    case 'and':
      for (let at = 0; at < test.parts.length; at++) {
        const verdict = quickTest(m, slots, test.parts[at]!)
        if (verdict !== true) return verdict
      }
      return true
    case 'or':
      if (m.host.meetsAllProofs) return undefined
      for (let at = 0; at < test.parts.length; at++) {
        const verdict = quickTest(m, slots, test.parts[at]!)
        if (verdict !== false) return verdict
      }
      return false
    default:
      return compareQuick(m, slots, test)
  }
}

function compareQuick(m: Machine, slots: readonly Term[], test: Test): boolean | undefined {
  const left = quickValue(m, slots, test.left!)
  if (left === unsure) return undefined
  if (test.kind === 'true') return typeof left === 'boolean' ? left : undefined
  if (test.kind === 'member') return typeof left === 'string' ? test.texts.includes(left) : undefined
  const right = quickValue(m, slots, test.right!)
  if (right === unsure) return undefined
  if (test.kind === 'compare') return quickCompare(m, test.operator, left, right, test.node)
  return typeof left === 'string' && typeof right === 'string' ? left === right : quickEqual(m, left, right, test)
}

/**
 * Returns a goal as a test, if all its variables are known by then and it is of a kind that can be
 * one.
 * @param negated - Whether the goal is negated: one proof of many then decides it.
 */
export function testOf(c: Context, node: Expression, negated = false): Test | undefined {
  // A tracer has to hear of each goal.
  if (c.tracer !== undefined) return undefined
  switch (node.kind) {
    case 'and':
    case 'or': {
      if (node.kind === 'or' && !negated) return undefined
      const parts: Test[] = []
      for (const operand of node.operands) {
        const part = testOf(c, operand, negated)
        if (part === undefined) return undefined
        parts.push(part)
      }
      return new Test(node.kind, node, undefined, undefined, { parts })
    }
    case 'not': {
      const part = testOf(c, node.operand, true)
      return part && new Test('not', node, undefined, undefined, { parts: [part] })
    }
    case 'unify':
    case 'compare':
    case 'in':
    case 'dot':
    case 'variable':
      return isReady(c, node) ? comparisonOf(c, node) : undefined
    default:
      return undefined
  }
}

function comparisonOf(c: Context, node: Expression): Test | undefined {
  switch (node.kind) {
    case 'unify':
    case 'compare': {
      const { operands } = planOperands(c, [node.left, node.right])
      const [left, right] = [operands[0]!, operands[1]!]
      if (!isQuick(left) || !isQuick(right)) return undefined
      // A variable is the same as itself, even if its value equals nothing.
      if (node.kind === 'unify' && left.kind === 'slot' && left.slot === right.slot) return undefined
      if (node.kind === 'unify') return new Test('=', node, left, right)
      return new Test('compare', node, left, right, { operator: node.operator })
    }
    case 'in': {
      const { operands } = planOperands(c, [node.item, node.collection])
      const [item, list] = [operands[0]!, operands[1]!]
      const texts = list.value instanceof ListTerm ? list.value.items : []
      const isSet = texts.every((text) => typeof text === 'string') && new Set(texts).size === texts.length
      return texts.length > 0 && isSet && isQuick(item)
        ? new Test('member', node, item, undefined, { texts })
        : undefined
    }
    default: {
      const { operands } = planOperands(c, [node])
      return isQuick(operands[0]!) ? new Test('true', node, operands[0]!, undefined) : undefined
    }
  }
}

/** Returns whether all variables of a goal have values or cells by then, and it has no effect. */
function isReady(c: Context, node: Expression): boolean {
  if (hasEffect(node)) return false
  for (const name of occurrences(node).keys()) {
    if (name === 'nil' || c.host.isConstant(name)) continue
    if (!c.scope.has(name) || !c.scope.isReady(c.scope.slot(name))) return false
  }
  return true
}

/** Goals one after the other that begin as tests. */
export class TestedGoals {
  readonly tests: readonly Test[]
  readonly plans: readonly GoalPlan[]

  constructor(tests: readonly Test[], plans: readonly GoalPlan[]) {
    this.tests = tests
    this.plans = plans
  }

  /** Returns the step that proves each goal and all later ones the general way. */
  general(next: Step): readonly Step[] {
    const steps: Step[] = []
    let after = next
    for (let at = this.plans.length - 1; at >= 0; at--) {
      after = this.plans[at]!(after)
      steps[at] = after
    }
    return steps
  }

  get plan(): GoalPlan {
    return (next) => testsStep(this.tests, this.general(next), next)
  }
}

/** Runs tests one after the other, and the first undecided one the general way. */
export function testsStep(tests: readonly Test[], general: readonly Step[], next: Step): Step {
  return (m) => {
    m.asking()
    const slots = m.frame.slots
    for (let at = 0; at < tests.length; at++) {
      const verdict = quickTest(m, slots, tests[at]!)
      if (verdict !== true) return verdict === false ? m.backtrack() : general[at]!
    }
    return next
  }
}

/** Plans the goals from an index on as far as they are tests. */
export function testedGoals(c: Context, nodes: readonly Expression[], from: number): TestedGoals {
  const tests: Test[] = []
  const plans: GoalPlan[] = []
  for (let at = from; at < nodes.length; at++) {
    const test = testOf(c, nodes[at]!)
    if (test === undefined) break
    tests.push(test)
    plans.push(c.goal(c, nodes[at]!))
  }
  return new TestedGoals(tests, plans)
}
