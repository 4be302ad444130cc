import type { ArithmeticOperator } from '../language/ast.js'

const smallest = -(2n ** 63n)
const largest = 2n ** 63n - 1n

/** Returns the result for whole numbers; undefined if it does not fit into 64 bits, or the divisor is zero. */
export function integers(operator: Exclude<ArithmeticOperator, '/'>, left: bigint, right: bigint): bigint | undefined {
  const result = exactly(operator, left, right)
  return result === undefined || result < smallest || result > largest ? undefined : result
}

function exactly(operator: Exclude<ArithmeticOperator, '/'>, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case 'rem':
    case 'mod': {
      if (right === 0n || (left === smallest && right === -1n)) return undefined
      const remainder = left % right
      return operator === 'mod' && remainder !== 0n && remainder < 0n !== right < 0n ? remainder + right : remainder
    }
  }
}

/** Returns the result for doubles. */
export function floats(operator: ArithmeticOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
    case 'rem':
      return left % right
    case 'mod':
      return ((left % right) + right) % right
  }
}
