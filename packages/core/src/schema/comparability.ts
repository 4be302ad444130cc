import type { ComparisonOperator } from '../language/ast.js'
import type { Family } from './families.js'

/**
 * Returns whether an operator can compare non-nil values of two families.
 * @returns `certain`, `never` (an error for all values), or `unknown` if it depends on the values.
 */
export function comparability(
  operator: ComparisonOperator | '=',
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

/**
 * Returns whether the application compares the values of a family. Comparing them with any value is
 * never an error.
 */
function isForeign(family: Family | undefined): boolean {
  return family === 'row' || family === 'date' || family === 'bytes'
}

/** Returns how the values of a family are ordered; undefined if it depends on the value. */
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
