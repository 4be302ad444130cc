import type { ArithmeticOperator } from '../../language/ast.js'
import { Cell, deref } from '../state/cell.js'
import type { CompiledValue } from '../state/compiledValue.js'
import { Fault } from '../state/fault.js'
import type { Machine } from '../state/machine.js'
import type { Signal } from '../state/signal.js'
import { exit, type Step } from '../state/step.js'
import { Suspension, suspend } from '../state/suspension.js'
import { Float, type Term } from '../state/term.js'
import { formatTerm } from './format.js'
import { unifyStep } from './unify.js'

const smallest = -(2n ** 63n)
const largest = 2n ** 63n - 1n

/** The result of an operation; while an operand is not known, a variable that the result will be unified with. */
export function calculate(m: Machine, operand: CompiledValue, left: Term, right: Term): Term | Signal {
  if (left instanceof Cell || right instanceof Cell) return later(m, operand, left, right)
  // the operator was set from an operator of arithmetic when the operand was made
  const operator = operand.name as ArithmeticOperator
  if (typeof left === 'number' && typeof right === 'number') {
    if (operator === '+' || operator === '-' || operator === '*') {
      const result = operator === '+' ? left + right : operator === '-' ? left - right : left * right
      // a result that is not exact is not safe either
      if (Number.isSafeInteger(result) && Number.isSafeInteger(left) && Number.isSafeInteger(right)) return result + 0
    }
  }
  if (!isNumber(left) || !isNumber(right)) {
    throw new Fault('unsupported-operation', `unsupported arithmetic operands: ${text(m, operator, left, right)}`, {
      span: operand.node.span,
      hint: 'only numbers can be calculated with',
    })
  }
  const result = calculateNumbers(operator, left, right)
  if (result !== undefined) return result
  throw new Fault('arithmetic-error', `Arithmetic error: ${text(m, operator, left, right)}`, {
    span: operand.node.span,
    hint: 'integers have 64 bits, and have no remainder by zero',
  })
}

/** The result of an operation; undefined where whole numbers have none. */
export function calculateNumbers(
  operator: ArithmeticOperator,
  left: PolarNumber,
  right: PolarNumber,
): PolarNumber | undefined {
  if (!isInteger(left) || !isInteger(right) || operator === '/')
    return float(floats(operator, toFloat(left), toFloat(right)))
  const result = integers(operator, BigInt(left), BigInt(right))
  if (result === undefined || result < smallest || result > largest) return undefined
  const number = Number(result)
  return Number.isSafeInteger(number) ? number : result
}

/** A number as a term: a whole one that is a float is told by its class. */
export type PolarNumber = number | bigint | Float

function isNumber(term: Term): term is PolarNumber {
  return typeof term === 'number' || typeof term === 'bigint' || term instanceof Float
}

/** Whole numbers of JavaScript are integers, as far as it can tell them from their neighbours. */
function isInteger(term: PolarNumber): term is number | bigint {
  return typeof term === 'bigint' || (typeof term === 'number' && Number.isSafeInteger(term))
}

function toFloat(term: PolarNumber): number {
  return term instanceof Float ? term.value : Number(term)
}

/** A float as a term. */
export function float(value: number): number | Float {
  return Number.isSafeInteger(value) ? new Float(value) : value
}

/** A number of the policy as a term. */
export function numberTerm(value: number | bigint, isFloat: boolean): Term {
  if (isFloat) return float(Number(value))
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : BigInt(value)
}

function integers(operator: Exclude<ArithmeticOperator, '/'>, left: bigint, right: bigint): bigint | undefined {
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

function floats(operator: ArithmeticOperator, left: number, right: number): number {
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

function text(m: Machine, operator: string, left: Term, right: Term): string {
  return `${formatTerm(m.host, left)} ${operator} ${formatTerm(m.host, right)}`
}

const names: Readonly<Record<ArithmeticOperator, string>> = {
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
  suspend(
    m,
    [left, right].filter((term) => term instanceof Cell),
    new Suspension(step, [left, right, result], {
      kind: 'operation',
      operator: names[operand.name as ArithmeticOperator],
      args: [left, right, result],
      node: operand.node,
    }),
  )
  return result
}
