import type { Schema } from '../schema/schema.js'
import { isNumeric } from '../values/numeric.js'
import type { Compare, Definite, Operand } from './condition.js'
import { all, any, FALSE, TRUE } from './definiteLogic.js'
import { isUnreadable } from './presence.js'
import { operandType } from './type.js'

/** The rows for which a definite condition is not true. */
export function complement(schema: Schema, condition: Definite): Definite {
  switch (condition.kind) {
    case 'true':
      return FALSE
    case 'false':
      return TRUE
    case 'and':
      return any(condition.of.map((one) => complement(schema, one)))
    case 'or':
      return all(condition.of.map((one) => complement(schema, one)))
    case 'not':
      return condition.of
    case 'some':
    case 'reach':
    case 'in':
    case 'isa':
    case 'text':
      return { kind: 'not', of: condition }
    case 'compare': {
      const unreadable = [condition.left, condition.right].map((one) => isUnreadable(schema, one, condition.span))
      return any([...unreadable, ...flipped(schema, condition)])
    }
  }
}

/** As `complement`, of the rows for which the operands of a comparison can be read. */
export function opposite(schema: Schema, condition: Definite): Definite {
  return condition.kind === 'compare' ? any(flipped(schema, condition)) : complement(schema, condition)
}

function flipped(schema: Schema, condition: Compare): readonly Definite[] {
  const turn = { '=': '!=', '!=': '=', '==': '!=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const
  const { operator } = condition
  const opposite: Definite = { ...condition, operator: turn[operator] }
  if (operator === '=' || operator === '!=' || operator === '==') return [opposite]
  // NaN stands in no order, so no ordering with it is true.
  if (isNaNValue(condition.left) || isNaNValue(condition.right)) return [TRUE]
  // An ordering with nil is false, so its complement is true there.
  const nils = [condition.left, condition.right].flatMap((one): Definite[] =>
    one.kind === 'path' && operandType(schema, one).nullable
      ? [{ kind: 'compare', operator: '=', left: one, right: { kind: 'value', value: null }, span: condition.span }]
      : [],
  )
  // Nor is a number in an order with what is none.
  const noNumbers = [condition.left, condition.right].flatMap((one): Definite[] =>
    one.kind === 'arithmetic' && !isFiniteNumber(schema, one)
      ? [{ kind: 'compare', operator: '!=', left: one, right: one, span: condition.span }]
      : [],
  )
  return [...nils, ...noNumbers, opposite]
}

/** Whether an operand is a number that is neither NaN nor infinite, whatever the row. */
function isFiniteNumber(schema: Schema, operand: Operand): boolean {
  switch (operand.kind) {
    case 'value':
      return Number.isFinite(Number(operand.value))
    case 'arithmetic': {
      const { operator, left, right } = operand
      const divides = operator === '/' || operator === 'rem' || operator === 'mod'
      if (divides && (right.kind !== 'value' || right.value === 0)) return false
      return isFiniteNumber(schema, left) && isFiniteNumber(schema, right)
    }
    default:
      return operandType(schema, operand).scalar === 'integer'
  }
}

function isNaNValue(operand: Operand): boolean {
  return operand.kind === 'value' && isNumeric(operand.value) && Number.isNaN(Number(operand.value))
}
