import type { Span } from '@arcturus/core'
import type { Formula, Operand, Root } from '@arcturus/core/internal/prisma'
import { refuse } from '../refusal.js'
import type { Column } from './column.js'

/**
 * Returns the elements that a condition on a list column accepts: some values, or `any`.
 * @throws UnsupportedFilterError for every other condition: databases support no others on a list
 */
export function listValues(each: Root, where: Formula, column: Column, span: Span): readonly unknown[] | 'any' {
  switch (where.kind) {
    case 'true':
      return 'any'
    case 'false':
      return []
    case 'or': {
      const found = where.of.map((one) => listValues(each, one, column, span))
      return found.includes('any') ? 'any' : found.flat()
    }
    case 'compare': {
      const { left, right, operator } = where
      const value = isElement(left, each) ? right : isElement(right, each) ? left : undefined
      if (operator === '=' && value?.kind === 'value') return column.elements([value.value], where.span)
      break
    }
    case 'in':
      if (isElement(where.item, each) && where.list.kind === 'value' && Array.isArray(where.list.value)) {
        return column.elements(where.list.value, where.span)
      }
      break
  }
  return refuse('operand', 'A filter can compare elements of a list column only for equality.', span)
}

function isElement(operand: Operand, each: Root): boolean {
  return operand.kind === 'path' && operand.root === each && operand.steps.length === 0
}
