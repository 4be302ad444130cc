import type { Definite, Operand } from '../condition/condition.js'
import type { Rows } from './rows.js'

/**
 * Returns whether a condition compares a key or a reference with values. PostgreSQL compares rows
 * one by one with a list that is too long for a hash table.
 */
export function isOfFew(condition: Definite, rows: Rows): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.of.some((part) => isOfFew(part, rows))
    case 'or':
      return condition.of.every((part) => isOfFew(part, rows))
    case 'some':
      return isOfFew(condition.where, rows)
    case 'compare': {
      const { operator, left, right } = condition
      const [one, value] = left.kind === 'value' ? [right, left] : [left, right]
      return operator === '=' && isKey(one, rows) && value.kind === 'value'
    }
    case 'in':
      return isKey(condition.item, rows) && condition.list.kind === 'value'
    default:
      return false
  }
}

function isKey(operand: Operand, rows: Rows): boolean {
  const step = operand.kind === 'path' ? operand.steps.at(-1) : undefined
  const field = step?.model === undefined ? undefined : rows.field(step.model, step.name)
  return field?.kind === 'column' && field.column.identifies === true
}
