import { type Definite, formOf, type Operand, partsIn } from '@arcturus/core/internal/sql'
import type { Rows } from './rows.js'

/**
 * Returns whether a condition compares a key or a reference with values. PostgreSQL compares rows
 * one by one with a list that is too long for a hash table.
 */
export function isOfFew(condition: Definite, rows: Rows): boolean {
  const form = formOf(condition)
  if (form === 'all') return partsIn(condition).some((part) => isOfFew(part, rows))
  if (form === 'any') return partsIn(condition).every((part) => isOfFew(part, rows))
  if (condition.kind === 'in') return isKey(condition.item, rows) && condition.list.kind === 'value'
  if (condition.kind !== 'compare' || condition.operator !== '=') return false
  const { left, right } = condition
  const [one, value] = left.kind === 'value' ? [right, left] : [left, right]
  return isKey(one, rows) && value.kind === 'value'
}

function isKey(operand: Operand, rows: Rows): boolean {
  const step = operand.kind === 'path' ? operand.steps.at(-1) : undefined
  const field = step?.model === undefined ? undefined : rows.field(step.model, step.name)
  return field?.kind === 'column' && field.column.identifies === true
}
