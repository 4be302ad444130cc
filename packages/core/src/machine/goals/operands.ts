import type { Call, Dot, Expression, Node, Variable } from '../../language/ast.js'
import { compareText } from '../../language/compareText.js'
import { descendants } from '../../language/visit.js'
import {
  arithmeticValue,
  type CompiledValue,
  constantValue,
  dictionaryValue,
  fieldValue,
  freshValue,
  listValue,
  literalValue,
  slotValue,
} from '../state/compiledValue.js'
import { numberTerm } from '../terms/arithmetic.js'
import { dynamicLookupPlan, methodPlan, newPlan } from './hostGoals.js'
import { type Context, type GoalPlan, withValue } from './plan.js'

/**
 * Compiles expressions that have values. Method calls, `new` and lookups by a variable key become
 * goals of their own, collected in `before`. If there is one, everything that can have an effect
 * becomes a goal too, so that all effects follow the order of the text.
 */
export function planOperands(
  c: Context,
  nodes: readonly Expression[],
): { readonly before: GoalPlan[]; readonly operands: CompiledValue[] } {
  const before: GoalPlan[] = []
  const hoist = nodes.some(hasEffect)
  return { before, operands: nodes.map((node) => operandOf(c, node, before, hoist)) }
}

export function planOperand(
  c: Context,
  node: Expression,
): { readonly before: GoalPlan[]; readonly operand: CompiledValue } {
  const { before, operands } = planOperands(c, [node])
  return { before, operand: operands[0]! }
}

/** Returns whether evaluating a node does more than read fields. */
export function hasEffect(node: Node): boolean {
  return descendants(node).some((one) => one.kind === 'new' || (one.kind === 'dot' && one.member.kind !== 'string'))
}

function operandOf(c: Context, node: Expression, before: GoalPlan[], hoist: boolean): CompiledValue {
  switch (node.kind) {
    case 'number':
      return literalValue(node, numberTerm(node.value, node.float))
    case 'string':
    case 'boolean':
      return literalValue(node, node.value)
    case 'variable':
      return variableOperand(c, node)
    case 'list':
      return listValue(
        node,
        node.elements.map((element) => operandOf(c, element, before, hoist)),
        node.rest && variableOperand(c, node.rest),
      )
    case 'dictionary': {
      // values are computed in the order of the keys
      const entries = [...node.entries].sort((a, b) => compareText(a.key, b.key))
      return dictionaryValue(
        node,
        entries.map((entry) => entry.key),
        entries.map((entry) => operandOf(c, entry.value, before, hoist)),
      )
    }
    case 'dot':
      return dotOperand(c, node, before, hoist)
    case 'arithmetic': {
      const left = operandOf(c, node.left, before, hoist)
      const right = operandOf(c, node.right, before, hoist)
      return hoisted(c, arithmeticValue(node, node.operator, left, right), before, hoist)
    }
    case 'new': {
      const args = argumentsOf(c, node.call, before)
      const slot = c.scope.temporary()
      before.push(newPlan(node, args, slot))
      return slotValue(node, slot)
    }
    default:
      // the grammar admits no other node in the place of a value
      throw new Error(`not a value: ${node.kind}`)
  }
}

function dotOperand(c: Context, node: Dot, before: GoalPlan[], hoist: boolean): CompiledValue {
  const object = operandOf(c, node.object, before, hoist)
  const member = node.member
  switch (member.kind) {
    case 'string':
      return hoisted(c, fieldValue(node, object, member.value), before, hoist)
    case 'variable': {
      const key = variableOperand(c, member)
      const slot = c.scope.temporary()
      before.push(dynamicLookupPlan(node, object, key, slot))
      return slotValue(node, slot)
    }
    case 'call': {
      const args = argumentsOf(c, member, before)
      const slot = c.scope.temporary()
      before.push(methodPlan(node, member, object, args, slot))
      return slotValue(node, slot)
    }
  }
}

function argumentsOf(c: Context, call: Call, before: GoalPlan[]): CompiledValue[] {
  return call.args.map((arg) => operandOf(c, arg, before, true))
}

/** Returns an operand unchanged, or computes it by a goal of its own. */
function hoisted(c: Context, operand: CompiledValue, before: GoalPlan[], hoist: boolean): CompiledValue {
  if (!hoist) return operand
  const slot = c.scope.temporary()
  before.push(storePlan(operand, slot))
  return slotValue(operand.node, slot)
}

/** Computes an operand into a slot that nothing has written yet. */
export function storePlan(operand: CompiledValue, slot: number): GoalPlan {
  return withValue(operand, (m, value, next) => {
    m.frame.slots[slot] = value
    return next
  })
}

/**
 * Compiles a name in the place of a value: a constant, or a variable, possibly at its first
 * mention.
 */
export function variableOperand(c: Context, node: Variable): CompiledValue {
  if (node.name === 'nil') return literalValue(node, null)
  if (c.host.isConstant(node.name)) return constantValue(node, node.name)
  const slot = c.scope.slot(node.name)
  if (c.scope.isReady(slot)) return slotValue(node, slot)
  if (node.name !== '_') c.scope.ready(slot)
  return freshValue(node, slot)
}

/** Returns whether evaluating an operand can call the host. */
export function asksHost(operand: CompiledValue): boolean {
  return operand.kind === 'field' || operand.parts.some(asksHost)
}
