import { QueryError } from '../errors.js'
import type { Operand } from './condition.js'
import { operandsIn } from './visit.js'

/** The maximum number of operands in an operand. Policies written by hand stay below it. */
const maxSize = 1_000

/** The sizes of measured operands that consist of others. Operands never change. */
const sizes = new WeakMap<Operand, number>()

/**
 * Returns whether an operand consists of too many others.
 *
 * A shared operand counts at each occurrence, because traversals visit each occurrence. A few goals
 * such as `b = a + a and c = b + b …` build an operand too large to ever traverse. Literals don't
 * count.
 */
export function isTooLarge(operand: Operand): boolean {
  return sizeOf(operand) > maxSize
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

/** Returns the number of operands in an operand. Each operand is measured once. */
function sizeOf(operand: Operand): number {
  if (operand.kind === 'value') return 0
  const parts = operandsIn(operand)
  if (parts.length === 0) return 1
  const known = sizes.get(operand)
  if (known !== undefined) return known
  let size = 1
  for (const part of parts) size += sizeOf(part)
  sizes.set(operand, size)
  return size
}
