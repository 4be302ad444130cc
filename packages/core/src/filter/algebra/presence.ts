import type { CompareOperator, Definite, Operand, OperandType, Path } from '../../condition/condition.js'
import { fieldType, isNil, operandType, stepField } from '../../condition/type.js'
import type { Span } from '../../language/source.js'
import { ownOf } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import { all, any, FALSE, TRUE } from './logic.js'

/** Returns the paths that must not be nil for a path to be read: those before a further step. */
export function prefixes(schema: Schema, path: Path): readonly Path[] {
  const found: Path[] = []
  let at: OperandType = path.root.type
  for (const [index, step] of path.steps.entries()) {
    if (at.nullable && index > 0) found.push({ kind: 'path', root: path.root, steps: path.steps.slice(0, index) })
    const field = stepField(schema, step)
    if (!field) return found
    at = fieldType(schema, field)
  }
  return found
}

/**
 * Returns the condition that an operand can be read: no step on its path is nil, and a computation
 * has a result.
 */
export function isReadable(schema: Schema, operand: Operand, span: Span): Definite {
  const parts = computedFrom(operand)
  if (parts)
    return all([
      ...parts.map((one) => isPresent(schema, one, span)),
      ...limits(schema, operand).map((one) => one.within),
    ])
  if (operand.kind === 'count') return isPresent(schema, operand.of, span)
  // A leaf on the longest path is true only if every step before it has a row.
  const longest = operand.kind === 'path' ? prefixes(schema, operand).at(-1) : undefined
  return longest ? compareNil('!=', longest, span) : TRUE
}

/**
 * Returns the operands of a computation, none of which may be nil; undefined for an operand that is
 * read.
 */
function computedFrom(operand: Operand): readonly Operand[] | undefined {
  if (operand.kind === 'arithmetic') return [operand.left, operand.right]
  return operand.kind === 'call' ? [operand.of, ...operand.args] : undefined
}

/**
 * Whole numbers have 64 bits. A column of floats is exact up to the safe integers, and holds floats
 * beyond.
 */
const greatest = 2n ** 63n - 1n
const least = -(2n ** 63n)

/** Returns the limits within which arithmetic has a result, and the conditions beyond them. */
function limits(schema: Schema, operand: Operand): readonly { readonly within: Definite; readonly beyond: Definite }[] {
  if (operand.kind !== 'arithmetic' || isFloat(operand)) return []
  const { operator, right, span } = operand
  const compare = (left: Operand, operator: CompareOperator, value: unknown): Definite => {
    return { kind: 'compare', operator, left, right: { kind: 'value', value }, span }
  }
  if (operator === 'rem' || operator === 'mod') {
    if (right.kind === 'value') return right.value === 0 ? [{ within: FALSE, beyond: TRUE }] : []
    return [{ within: compare(right, '!=', 0), beyond: compare(right, '=', 0) }]
  }
  if (magnitude(operand) < 2 ** 63) return []
  const safe = Number.MAX_SAFE_INTEGER
  const floats = floatColumns(schema, operand)
  const isFloatNumber = floats.flatMap((one) => [compare(one, '>', safe), compare(one, '<', -safe)])
  const isWhole = floats.flatMap((one) => [compare(one, '<=', safe), compare(one, '>=', -safe)])
  const limit = (within: Definite, beyond: Definite) => {
    return { within: any([within, ...isFloatNumber]), beyond: all([...isWhole, beyond]) }
  }
  return [
    limit(compare(operand, '<=', greatest), compare(operand, '>', greatest)),
    limit(compare(operand, '>=', least), compare(operand, '<', least)),
  ]
}

/**
 * Returns the columns of floats that arithmetic reads. If one of them is not a whole number, the
 * result is a float, without limits.
 */
function floatColumns(schema: Schema, operand: Operand): readonly Path[] {
  if (operand.kind === 'arithmetic') return [operand.left, operand.right].flatMap((one) => floatColumns(schema, one))
  return operand.kind === 'path' && operandType(schema, operand).scalar === 'float' ? [operand] : []
}

/**
 * Returns the greatest absolute value of an operand as a whole number. A column's value above the
 * safe integers counts as a float.
 */
function magnitude(operand: Operand): number {
  if (operand.kind === 'value') return Math.abs(Number(operand.value))
  if (operand.kind !== 'arithmetic') return Number.MAX_SAFE_INTEGER
  const [left, right] = [magnitude(operand.left), magnitude(operand.right)]
  if (operand.operator === '*') return left * right
  return operand.operator === '+' || operand.operator === '-' ? left + right : right
}

/** Returns whether an operand is a float for every row. */
export function isFloat(operand: Operand): boolean {
  if (operand.kind === 'value') return ownOf(operand, 'float') === true || !Number.isSafeInteger(operand.value)
  return operand.kind === 'arithmetic' && (operand.operator === '/' || isFloat(operand.left) || isFloat(operand.right))
}

/** Returns the condition that an operand can be read and is not nil. */
export function isPresent(schema: Schema, operand: Operand, span: Span): Definite {
  if (isNil(operand)) return FALSE
  const canBeNil = operand.kind === 'path' && operand.steps.length > 0 && operandType(schema, operand).nullable
  return canBeNil ? compareNil('!=', operand, span) : isReadable(schema, operand, span)
}

/** Returns the condition that an operand can be read and is nil. */
export function isAbsent(schema: Schema, operand: Operand, span: Span): Definite {
  if (isNil(operand)) return TRUE
  if (operand.kind !== 'path' || !operandType(schema, operand).nullable) return FALSE
  return all([isReadable(schema, operand, span), compareNil('=', operand, span)])
}

/**
 * Returns the condition that a step of an operand's path is nil, or a computation has no result.
 */
export function isUnreadable(schema: Schema, operand: Operand, span: Span): Definite {
  const parts = computedFrom(operand)
  if (parts) {
    const lacking = parts.flatMap((one) => [isUnreadable(schema, one, span), isAbsent(schema, one, span)])
    return any([...lacking, ...limits(schema, operand).map((one) => one.beyond)])
  }
  if (operand.kind === 'count') return any([isUnreadable(schema, operand.of, span), isAbsent(schema, operand.of, span)])
  if (operand.kind !== 'path') return FALSE
  return any(prefixes(schema, operand).map((prefix) => compareNil('=', prefix, span)))
}

function compareNil(operator: '=' | '!=', left: Operand, span: Span): Definite {
  return { kind: 'compare', operator, left, right: { kind: 'value', value: null }, span }
}
