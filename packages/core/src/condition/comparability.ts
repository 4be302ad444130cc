import type { Family } from '../schema/families.js'
import type { CompareOperator } from './condition.js'

/**
 * Whether values of two families, nil left aside, can be compared by an operator: `certain`, or `never`, which is an error each
 * time; `unknown` where it depends on the values.
 */
export function comparability(
  operator: CompareOperator,
  a: Family | undefined,
  b: Family | undefined,
): 'certain' | 'never' | 'unknown' {
  switch (operator) {
    case '=':
      return 'certain'
    case '==':
    case '!=': {
      if (isForeign(a) || isForeign(b)) return 'certain'
      if (a === undefined || b === undefined) return 'unknown'
      return a !== 'list' && b !== 'list' && (a === 'text') === (b === 'text') ? 'certain' : 'never'
    }
    default: {
      const [left, right] = [orderOf(a), orderOf(b)]
      if (left === 'none' || right === 'none') return 'never'
      if (left === undefined || right === undefined) return 'unknown'
      return left === right ? 'certain' : 'never'
    }
  }
}

/** Values that the language leaves to the application: whatever they are compared with, there is an answer. */
function isForeign(family: Family | undefined): boolean {
  return family === 'row' || family === 'date' || family === 'bytes'
}

/** What orders the values of a family; undefined where that is up to the value. */
function orderOf(family: Family | undefined): 'text' | 'number' | 'none' | undefined {
  switch (family) {
    case 'text':
      return 'text'
    case 'number':
    case 'boolean':
    case 'date':
      return 'number'
    case 'list':
      return 'none'
    default:
      return undefined
  }
}
