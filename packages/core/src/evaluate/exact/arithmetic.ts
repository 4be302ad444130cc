import type { Operand } from '../../condition/condition.js'
import { Float } from '../../machine/state/term.js'
import { calculateNumbers, type PolarNumber } from '../../machine/terms/arithmetic.js'
import { fail } from './failure.js'

/**
 * Calculates as the query machine does.
 * @throws Fault for operands that are not numbers, an overflow, or a remainder by zero.
 */
export function calculated(
  { operator, span }: Extract<Operand, { kind: 'arithmetic' }>,
  left: Extract<Operand, { kind: 'value' }>,
  right: Extract<Operand, { kind: 'value' }>,
): Operand {
  const [a, b] = [numberOf(left), numberOf(right)]
  if (a === undefined || b === undefined) return fail('type-error', 'Arithmetic needs numbers.', span)
  const result = calculateNumbers(operator, a, b)
  if (result === undefined)
    return fail(
      'arithmetic-error',
      'The result of integer arithmetic does not fit into 64 bits, or the divisor is zero.',
      span,
    )
  return result instanceof Float
    ? { kind: 'value', value: result.value, float: true }
    : { kind: 'value', value: result }
}

function numberOf({ value, float }: Extract<Operand, { kind: 'value' }>): PolarNumber | undefined {
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number') return undefined
  return float && Number.isSafeInteger(value) ? new Float(value) : value
}
