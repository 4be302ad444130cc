import { QueryError } from '../errors.js'
import type { Operand } from './condition.js'

/** No policy that somebody wrote by hand calculates one value from more. */
const maxSize = 1_000

/**
 * Whether an operand is made of too many others. What stands in several places counts in each: whoever walks an operand comes by
 * there as often, and a few goals (`b = a + a and c = b + b …`) make one that nobody lives to see the end of. Literals don't count.
 */
export function isTooLarge(operand: Operand): boolean {
  return sizeLeft(operand, maxSize) < 0
}

/** The operand. @throws QueryError if it is too large. */
export function withinSize(operand: Operand): Operand {
  if (!isTooLarge(operand)) return operand
  throw new QueryError('filter-too-large', `A value is computed from more than ${maxSize} others.`, {
    hint: 'use computed values less often in other computations',
  })
}

/** What is left of a size once that of the operand is taken from it; negative where it is larger. */
function sizeLeft(operand: Operand, from: number): number {
  switch (operand.kind) {
    case 'value':
      return from
    case 'constant':
    case 'path':
    case 'count':
      return from - 1
  }
  let left = from - 1
  for (const part of partsOf(operand)) {
    if (left < 0) return left
    left = sizeLeft(part, left)
  }
  return left
}

function partsOf(operand: Extract<Operand, { kind: 'field' | 'list' | 'call' | 'arithmetic' }>): readonly Operand[] {
  switch (operand.kind) {
    case 'field':
      return [operand.of]
    case 'list':
      return operand.elements
    case 'call':
      return [operand.of, ...operand.args]
    case 'arithmetic':
      return [operand.left, operand.right]
  }
}
