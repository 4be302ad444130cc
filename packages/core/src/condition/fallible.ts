import type { Schema } from '../schema/schema.js'
import { comparability } from './comparability.js'
import type { Compare, Condition, Operand } from './condition.js'
import { canFailToRead, family, isNil, operandType } from './type.js'

/** Whether evaluating a condition can be an error for some row, as far as the schema tells. */
export function canFail(schema: Schema, condition: Condition): boolean {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return false
    case 'and':
    case 'or':
      return condition.of.some((one) => canFail(schema, one))
    case 'not':
      return canFail(schema, condition.of)
    case 'compare':
      return canFailToCompare(schema, condition)
    case 'in':
      return canFailToRead(schema, condition.item) || !isList(schema, condition.list)
    case 'isa':
    case 'reads':
      return canFailToRead(schema, condition.of)
    case 'some':
      return !isList(schema, condition.from) || canFail(schema, condition.where)
    case 'text':
      return !isText(schema, condition.of) || !isText(schema, condition.part)
    case 'test': {
      const type = operandType(schema, condition.of)
      return type.nullable || family(type) !== 'boolean' || canFailToRead(schema, condition.of)
    }
    case 'ref':
    case 'opaque':
    case 'failure':
      return true
  }
}

function canFailToCompare(schema: Schema, condition: Compare): boolean {
  const { operator, left, right } = condition
  if (canFailToRead(schema, left) || canFailToRead(schema, right)) return true
  if (isNil(left) || isNil(right)) return false
  return comparability(operator, family(operandType(schema, left)), family(operandType(schema, right))) !== 'certain'
}

/** Whether an operand is a list for certain, whatever the row. */
function isList(schema: Schema, operand: Operand): boolean {
  const type = operandType(schema, operand)
  return type.list && !type.nullable && !canFailToRead(schema, operand)
}

/** Whether an operand is text or nil for certain. */
function isText(schema: Schema, operand: Operand): boolean {
  return family(operandType(schema, operand)) === 'text' && !canFailToRead(schema, operand)
}
