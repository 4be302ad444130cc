import type { Operand, Path } from '../../condition/condition.js'
import { family, isLength, operandType, stepField } from '../../condition/type.js'
import type { UnsupportedFilterError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { ownOf } from '../../own.js'
import type { Schema } from '../../schema/schema.js'
import { isFloat } from '../algebra/presence.js'
import { refused } from '../algebra/refused.js'

type Arithmetic = Extract<Operand, { kind: 'arithmetic' }>

/**
 * Returns an operand in the form of printers. Returns undefined if it is an error for every row.
 * That is a field that a closed model does not declare, a field of a text, or arithmetic with an
 * operand other than a number.
 * @throws UnsupportedFilterError if no database computes the operand as a check does.
 */
export function definiteOperand(schema: Schema, operand: Operand, span: Span): Operand | undefined {
  if (isNever(schema, operand)) return undefined
  switch (operand.kind) {
    case 'value':
      return operand
    case 'path': {
      const path = definitePath(schema, operand, span)
      const last = path.steps.at(-1)
      if (!last || !isLength(last)) return path
      return { kind: 'count', of: { ...path, steps: path.steps.slice(0, -1), as: undefined } }
    }
    case 'arithmetic': {
      const left = definiteOperand(schema, operand.left, operand.span)
      const right = definiteOperand(schema, operand.right, operand.span)
      if (!left || !right) return undefined
      for (const one of [left, right]) {
        const type = operandType(schema, one)
        if (family(type) !== 'number' || type.scalar === 'bigint') throw uncomputed(operand, span)
      }
      const computed: Arithmetic = { ...operand, left, right }
      if (!isRemainderKnown(schema, computed)) throw uncomputed(operand, span)
      return computed
    }
    case 'call': {
      const parts = [operand.of, ...operand.args.map(argumentAsText)]
      if (operand.method !== 'concat' || !parts.every((one) => isText(schema, one))) throw uncomputed(operand, span)
      const [of, ...args] = parts.map((one) => definiteOperand(schema, one, operand.span))
      if (!of || !args.every((one) => one !== undefined)) return undefined
      return { ...operand, of, args }
    }
    default:
      throw uncomputed(operand, span)
  }
}

/**
 * Returns a path to a field that the schema knows.
 * @throws UnsupportedFilterError for any other operand: the database has no column for it.
 */
export function definitePath(schema: Schema, operand: Operand, span: Span): Path {
  if (operand.kind !== 'path') throw uncomputed(operand, span)
  for (const step of operand.steps) {
    if (stepField(schema, step)) continue
    throw refused(
      'unknown-field',
      `${step.model ?? 'The class of this value'} declares no field "${step.name}", so a database cannot filter by it.`,
      step.span,
      step.model ? `declare it in the fields of ${step.model}` : 'register the class of the value',
    )
  }
  return operand
}

/**
 * Returns whether reading an operand is an error for every row, as far as the schema is certain.
 */
export function isNever(schema: Schema, operand: Operand): boolean {
  switch (operand.kind) {
    case 'path':
      return operand.steps.some((step, index) => {
        if (stepField(schema, step)) return false
        if (step.model !== undefined) return isDeclaredNowhere(schema, step.model, step.name)
        const of = family(operandType(schema, { ...operand, as: undefined, steps: operand.steps.slice(0, index) }))
        return of === 'text' && (step.name === 'length' || !(step.name in String.prototype))
      })
    case 'arithmetic':
      return [operand.left, operand.right].some((one) => isNever(schema, one) || isNoNumber(schema, one))
    case 'call':
      return isNever(schema, operand.of) || operand.args.some((one) => isNever(schema, one))
    case 'field':
      return isNever(schema, operand.of)
    default:
      return false
  }
}

function isDeclaredNowhere(schema: Schema, model: string, name: string): boolean {
  return schema.descendants(model).every((one) => schema.models.get(one)?.closed && !schema.field(one, name))
}

/**
 * Returns whether an operand is nil, or of a type without arithmetic; drivers return decimals as
 * objects or texts.
 */
function isNoNumber(schema: Schema, operand: Operand): boolean {
  if (operand.kind === 'value' && operand.value === null) return true
  const type = operandType(schema, operand)
  return family(type) === 'number' ? type.scalar === 'decimal' : family(type) !== undefined
}

/**
 * Returns whether a remainder by zero has the same outcome for every row: an error for whole
 * numbers, NaN otherwise.
 */
function isRemainderKnown(schema: Schema, operand: Arithmetic): boolean {
  const { operator, left, right } = operand
  if (operator !== 'rem' && operator !== 'mod') return true
  if (isFloat(operand) || (right.kind === 'value' && Number(right.value) !== 0)) return true
  return isWhole(schema, left) && isWhole(schema, right)
}

/** Returns whether an operand is a whole number for every row. */
function isWhole(schema: Schema, operand: Operand): boolean {
  if (operand.kind === 'value') return ownOf(operand, 'float') !== true && Number.isSafeInteger(operand.value)
  if (operand.kind === 'arithmetic')
    return operand.operator !== '/' && isWhole(schema, operand.left) && isWhole(schema, operand.right)
  return operandType(schema, operand).scalar === 'integer'
}

/** Returns a literal converted to a text as JavaScript does. */
export function argumentAsText(operand: Operand): Operand {
  const isOther = operand.kind === 'value' && (operand.value === null || typeof operand.value !== 'object')
  return isOther ? { kind: 'value', value: String(operand.value) } : operand
}

/** Returns whether an operand is a text or nil: a column, a value or a concatenation of these. */
export function isText(schema: Schema, operand: Operand): boolean {
  const type = operandType(schema, operand)
  return !type.list && type.scalar === 'string'
}

export function uncomputed(operand: Operand, span: Span): UnsupportedFilterError {
  const what = operand.kind === 'call' ? `the method "${operand.method}"` : 'this'
  return refused(
    operand.kind,
    `A filter cannot compute ${what} for each row of the database.`,
    'span' in operand ? operand.span : span,
    'compare fields and relations, or check the rows one by one with can()',
  )
}
