import type { Span } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import type { Definite, Operand, Path } from './condition.js'
import { all, any, FALSE, TRUE } from './definiteLogic.js'
import { fieldType, isNil, type OperandType, operandType, stepField } from './type.js'

/** The paths that must be no nil for a path to be read: those before a further step. */
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

/** That an operand can be read: no step on its path is nil. */
export function isReadable(schema: Schema, operand: Operand, span: Span): Definite {
  // A leaf on the longest path is true only when every step before it has a row.
  const longest = operand.kind === 'path' ? prefixes(schema, operand).at(-1) : undefined
  return longest ? compareNil('!=', longest, span) : TRUE
}

/** That an operand can be read and is no nil. */
export function isPresent(schema: Schema, operand: Operand, span: Span): Definite {
  if (isNil(operand)) return FALSE
  const canBeNil = operand.kind === 'path' && operand.steps.length > 0 && operandType(schema, operand).nullable
  return canBeNil ? compareNil('!=', operand, span) : isReadable(schema, operand, span)
}

/** That an operand can be read and is nil. */
export function isAbsent(schema: Schema, operand: Operand, span: Span): Definite {
  if (isNil(operand)) return TRUE
  if (operand.kind !== 'path' || !operandType(schema, operand).nullable) return FALSE
  return all([isReadable(schema, operand, span), compareNil('=', operand, span)])
}

/** That some step of an operand's path is nil. */
export function isUnreadable(schema: Schema, operand: Operand, span: Span): Definite {
  if (operand.kind !== 'path') return FALSE
  return any(prefixes(schema, operand).map((prefix) => compareNil('=', prefix, span)))
}

function compareNil(operator: '=' | '!=', left: Operand, span: Span): Definite {
  return { kind: 'compare', operator, left, right: { kind: 'value', value: null }, span }
}
