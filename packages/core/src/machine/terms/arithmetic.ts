import type { ArithmeticOperator } from '../../language/ast.js'
import { floats, integers } from '../../values/arithmetic.js'
import { Fault } from '../../values/fault.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import type { Machine } from '../state/machine.js'
import type { PolarOperator } from '../state/polarOperator.js'
import type { Signal } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { suspend } from '../state/suspension.js'
import { Float, type Term } from '../state/term.js'
import { formatTerm } from './format.js'
import { unifyStep } from './unify.js'

/**
 * Returns the result of an operation. If an operand is open, returns a variable that will be
 * unified with the result.
 */
export function calculate(m: Machine, operand: CompiledValue, left: Term, right: Term): Term | Signal {
  if (left instanceof Cell || right instanceof Cell) return later(m, operand, left, right)
  // Sound: the name of an arithmetic operand is its operator.
  const operator = operand.name as ArithmeticOperator
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === '+' || operator === '-' || operator === '*') {
      const result = operator === '+' ? left + right : operator === '-' ? left - right : left * right
      // a result that is not exact is not safe either
      if (Number.isSafeInteger(result) && Number.isSafeInteger(left) && Number.isSafeInteger(right)) return result + 0
    }
  }
  if (!isNumber(left) || !isNumber(right)) {
    const shown = text(m, operator, left, right)
    throw new Fault('unsupported-operation', `Cannot compute \`${shown}\`: arithmetic needs numbers.`, {
      span: operand.node.span,
      hint: 'use a number on both sides',
      data: { of: 'arithmetic', shown },
    })
  }
  const result = calculateNumbers(operator, left, right)
  if (result !== undefined) return result
  const shown = text(m, operator, left, right)
  throw new Fault(
    'arithmetic-error',
    `Cannot compute \`${shown}\`: the result does not fit into 64 bits, or the divisor is zero.`,
    { span: operand.node.span, hint: 'test the operands first', data: { shown } },
  )
}

/** Returns the result of an operation; undefined if whole numbers have none. */
export function calculateNumbers(
  operator: ArithmeticOperator,
  left: PolarNumber,
  right: PolarNumber,
): PolarNumber | undefined {
  if (!isInteger(left) || !isInteger(right) || operator === '/')
    return float(floats(operator, toFloat(left), toFloat(right)))
  const result = integers(operator, BigInt(left), BigInt(right))
  if (result === undefined) return undefined
  const number = Number(result)
  return Number.isSafeInteger(number) ? number : result
}

/** A number as a term: a whole number that is a float has the class `Float`. */
export type PolarNumber = number | bigint | Float

function isNumber(term: Term): term is PolarNumber {
  return typeof term === 'number' || typeof term === 'bigint' || term instanceof Float
}

/**
 * Returns whether a number is an integer: a whole number of JavaScript in the range of exact
 * integers, or a bigint.
 */
function isInteger(term: PolarNumber): term is number | bigint {
  return typeof term === 'bigint' || (typeof term === 'number' && Number.isSafeInteger(term))
}

function toFloat(term: PolarNumber): number {
  return term instanceof Float ? term.value : Number(term)
}

/** Returns a float as a term. */
export function float(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value
}

/** Returns a number of the policy as a term. */
export function numberTerm(value: number | bigint, isFloat: boolean): Term {
  if (isFloat) return float(Number(value))
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

function text(m: Machine, operator: string, left: Term, right: Term): string {
  return `${formatTerm(m.host, left)} ${operator} ${formatTerm(m.host, right)}`
}

const names: Readonly<Record<ArithmeticOperator, PolarOperator>> = {
  '+': 'Add',
  '-': 'Sub',
  '*': 'Mul',
  '/': 'Div',
  mod: 'Mod',
  rem: 'Rem',
}

function later(m: Machine, operand: CompiledValue, left: Term, right: Term): Cell {
  const result = m.cell(true)
  const step: Step = (m) => {
    m.asking()
    const slots = m.frame.slots
    return unifyStep(m, calculate(m, operand, deref(slots[0]), deref(slots[1])), slots[2], exit, step)
  }
  const cells = [left, right].filter((term) => term instanceof Cell)
  const args = [left, right, result]
  const operator = names[operand.name as ArithmeticOperator]
  suspend(m, cells, step, [...args], { kind: 'operation', operator, args, node: operand.node })
  return result
}
