import type { Compare, Definite, Operand } from '../../condition/condition.js'
import { isNil, operandType } from '../../condition/type.js'
import { mapParts, partsIn } from '../../condition/visit.js'
import type { Span } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { isNumeric } from '../../values/numeric.js'
import { opposites } from '../../values/order.js'
import { all, any, FALSE, TRUE } from './logic.js'
import { isUnreadable } from './presence.js'
import { refused } from './refused.js'

/** Returns the rows for which a definite condition is not true. */
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
    case 'compare': {
      const unreadable = [condition.left, condition.right].map((one) => isUnreadable(schema, one, condition.span))
      return any([...unreadable, ...flipped(schema, condition)])
    }
    default:
      return { kind: 'not', of: condition }
  }
}

/**
 * Returns a definite condition with its direct subconditions replaced: simplified, and itself if nothing is replaced
 * below a negation.
 */
export function mapDefinite(schema: Schema, condition: Definite, replace: (part: Definite) => Definite): Definite {
  if (condition.kind === 'not') {
    const of = replace(condition.of)
    return of === condition.of ? condition : complement(schema, of)
  }
  // Sound: parts of a definite condition are definite, and so is the result.
  const mapped = mapParts(condition, (part) => replace(part as Definite)) as Definite
  return mapped.kind !== 'reach' && partsIn(mapped).some(({ kind }) => kind === 'false') ? FALSE : mapped
}

/** Like `complement`, for the rows for which the operands of a comparison can be read. */
export function opposite(schema: Schema, condition: Definite): Definite {
  return condition.kind === 'compare' ? any(flipped(schema, condition)) : complement(schema, condition)
}

function flipped(schema: Schema, condition: Compare): readonly Definite[] {
  const { operator } = condition
  const opposite: Definite = { ...condition, operator: opposites[operator] }
  if (operator === '=' || operator === '!=' || operator === '==') return [opposite]
  // Nil has no order.
  if (isNil(condition.left) || isNil(condition.right)) return [TRUE]
  if (isNaNValue(condition.left) || isNaNValue(condition.right)) {
    for (const one of [condition.left, condition.right]) assertNumber(schema, one, condition.span)
    // NaN has no order, so no ordering with it is true.
    return [TRUE]
  }
  // An ordering with nil is false, so its complement is true there.
  const nils = [condition.left, condition.right].flatMap((one): Definite[] =>
    one.kind === 'path' && operandType(schema, one).nullable
      ? [{ kind: 'compare', operator: '=', left: one, right: { kind: 'value', value: null }, span: condition.span }]
      : [],
  )
  const noValues = [condition.left, condition.right].flatMap((one) => isNoValue(schema, one, condition.span))
  return [...nils, ...noValues, opposite]
}

/**
 * Returns the condition that an operand has no order: it is NaN or an invalid date. Stores print it for a float as
 * `!=`, and for a decimal and a date as the complement of `<=`.
 */
function isNoValue(schema: Schema, one: Operand, span: Span): readonly Definite[] {
  const compare = (operator: '!=' | '<='): Compare => ({ kind: 'compare', operator, left: one, right: one, span })
  if (one.kind === 'arithmetic') return isFiniteNumber(schema, one) ? [] : [compare('!=')]
  if (one.kind !== 'path') return []
  const { scalar, list } = operandType(schema, one)
  if (list || (scalar !== 'float' && scalar !== 'decimal' && scalar !== 'date')) return []
  return [scalar === 'float' ? compare('!=') : { kind: 'not', of: compare('<=') }]
}

/** Returns whether an operand is a number that is neither NaN nor infinite, for every row. */
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

/**
 * Asserts that an operand compared with NaN has an order with numbers: for any other value a check
 * is an error.
 * @throws UnsupportedFilterError if the schema does not determine how a driver reads the operand.
 */
function assertNumber(schema: Schema, operand: Operand, span: Span): void {
  const { scalar, list } = operandType(schema, operand)
  if (!list && (scalar === 'integer' || scalar === 'float' || scalar === 'boolean' || scalar === 'date')) return
  if (operand.kind === 'value' && isNumeric(operand.value)) return
  const name = operand.kind === 'path' ? `"${operand.steps.map((step) => step.name).join('.')}"` : 'this value'
  throw refused(
    'mixed-types',
    `NaN is compared with ${name}, which may not be a number.`,
    span,
    'find the value of the actor or the policy that is NaN',
  )
}

function isNaNValue(operand: Operand): boolean {
  return operand.kind === 'value' && isNumeric(operand.value) && Number.isNaN(Number(operand.value))
}
