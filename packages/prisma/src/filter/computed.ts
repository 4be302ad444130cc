import type { Operand } from '@arcturus/core/filters'
import { type Path, samePath } from '../schema/path.js'

export type Arithmetic = Extract<Operand, { readonly kind: 'arithmetic' }>

/**
 * Arithmetic that is monotone in one column, except for a break at zero. Its comparisons are ranges
 * of the column.
 */
export interface Computed {
  readonly column: Path
  /** Whether it turns or jumps at zero of the column. */
  readonly breaks: boolean
  /** Computes the result for one of the column's values. */
  readonly of: (value: number | bigint) => number | bigint
}

/**
 * Returns arithmetic of one column and numbers by operators that keep an order or reverse it.
 * @param limit - The number that it is compared with. A number written as a float makes all numbers
 * floats.
 * @returns undefined for any other arithmetic
 */
export function computedOf(operand: Arithmetic, limit: Operand): Computed | undefined {
  const found: Path[] = []
  const shape = { found, breaks: false }
  if (!isMonotone(operand, shape) || found.length !== 1) return undefined
  const isWhole = isWholeArithmetic(operand) && isWholeArithmetic(limit)
  const of = (value: number | bigint): number | bigint =>
    isWhole && typeof value === 'bigint' ? whole(operand, value) : float(operand, Number(value))
  return { column: found[0]!, breaks: shape.breaks, of }
}

function isMonotone(operand: Operand, shape: { readonly found: Path[]; breaks: boolean }): boolean {
  switch (operand.kind) {
    case 'path':
      shape.found.push(operand)
      return true
    case 'value':
      return (typeof operand.value === 'number' && Number.isFinite(operand.value)) || typeof operand.value === 'bigint'
    case 'arithmetic': {
      const { operator, left, right } = operand
      if (operator === 'mod' || operator === 'rem') return false
      if (operator !== '/' || (right.kind === 'value' && Number(right.value) !== 0)) {
        return isMonotone(left, shape) && isMonotone(right, shape)
      }
      // A division by the column, or by zero: constant on each side of zero, or monotone there.
      shape.breaks = true
      if (left.kind === 'path' && right.kind === 'path') return samePath(left, right) && isMonotone(left, shape)
      const isPlain = [left, right].every(({ kind }) => kind === 'path' || kind === 'value')
      return isPlain && isMonotone(left, shape) && isMonotone(right, shape)
    }
    default:
      return false
  }
}

/** Whether it is computed exactly in whole numbers. */
function isWholeArithmetic(operand: Operand): boolean {
  switch (operand.kind) {
    case 'value':
      return operand.float !== true && (typeof operand.value === 'bigint' || Number.isSafeInteger(operand.value))
    case 'arithmetic':
      return operand.operator !== '/' && isWholeArithmetic(operand.left) && isWholeArithmetic(operand.right)
    default:
      return true
  }
}

function whole(operand: Operand, at: bigint): bigint {
  if (operand.kind === 'value') return BigInt(operand.value as number | bigint)
  if (operand.kind !== 'arithmetic') return at
  const left = whole(operand.left, at)
  const right = whole(operand.right, at)
  return operand.operator === '+' ? left + right : operand.operator === '-' ? left - right : left * right
}

function float(operand: Operand, at: number): number {
  if (operand.kind === 'value') return Number(operand.value)
  if (operand.kind !== 'arithmetic') return at
  const left = float(operand.left, at)
  const right = float(operand.right, at)
  switch (operand.operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    default:
      return left / right
  }
}
