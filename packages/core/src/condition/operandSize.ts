import { QueryError } from '../errors.js'
import type { Operand } from './condition.js'

/** The maximum number of operands in an operand. Policies written by hand stay below it. */
const maxSize = 1_000

/**
 * Returns whether an operand consists of too many others.
 *
 * A shared operand counts at each occurrence, because traversals visit each occurrence. A few goals
 * such as `b = a + a and c = b + b …` build an operand too large to ever traverse. Literals don't
 * count.
 */
export function isTooLarge(operand: Operand): boolean {
  return sizeLeft(operand, maxSize) < 0
}

/**
 * Returns the operand.
 * @throws QueryError if it is too large.
 */
export function withinSize(operand: Operand): Operand {
  if (!isTooLarge(operand)) return operand
  throw new QueryError('filter-too-large', `A value is computed from more than ${maxSize} others.`, {
    hint: 'use fewer computed values in other computations',
  })
}

/** Returns a size minus that of the operand; negative if the operand is larger. */
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
