import { QueryError } from '../errors.js'
import type { Operand } from './condition.js'
import { operandsIn } from './visit.js'

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
  if (operand.kind === 'value') return from
  let left = from - 1
  for (const part of operandsIn(operand)) {
    if (left < 0) return left
    left = sizeLeft(part, left)
  }
  return left
}
