import type { Operand, Root } from '../../condition/condition.js'
import { withinSize } from '../../condition/operandSize.js'
import { compareText } from '../../language/compareText.js'
import type { Span } from '../../language/source.js'
import { Float } from '../../machine/state/term.js'
import { calculateNumbers, type PolarNumber } from '../../machine/terms/arithmetic.js'
import { ownOf } from '../../own.js'
import type { Budget } from '../../predicate/budget.js'
import type { Meaning } from '../../predicate/meaning.js'
import { Dict } from '../../values/dict.js'
import { missingContext } from '../../values/fault.js'
import { assertThere, fail, settled } from './failure.js'
import type { BindReader } from './reader.js'

/** Returns the known operand of a root; undefined if the root is not known. */
export type Environment = (root: Root) => Operand | undefined

/** Reads and computes the known values of one binding. */
export interface BindContext {
  readonly meaning: Meaning
  readonly reader: BindReader
  readonly budget: Budget
  /** Counts the parts of the bound condition. */
  count(parts: number): void
}

/**
 * Returns an operand in which everything known is computed.
 * @throws Fault if it can't be read.
 */
export function bindOperand(operand: Operand, environment: Environment, context: BindContext): Operand {
  switch (operand.kind) {
    case 'value':
    case 'count':
      return operand
    case 'constant': {
      const { schema } = context.meaning
      const { value } = context.reader.constant(operand.name)
      if (value === undefined && schema.context.fields.has(operand.name))
        throw missingContext(operand.name).at(operand.span)
      return { kind: 'value', value: settled(value, `The constant ${operand.name}`, operand.span) }
    }
    case 'path': {
      const root = environment(operand.root)
      if (!root) return operand
      const read = context.reader.steps(root, operand.steps)
      const as = ownOf(operand, 'as')
      return read.kind === 'path' && as ? { ...read, as } : read
    }
    case 'field':
      return context.reader.steps(bindOperand(operand.of, environment, context), [operand.step])
    case 'list': {
      const elements = bindOperands(operand.elements, environment, context)
      assertThere(elements)
      const values = valuesOf(elements)
      return values ? { kind: 'value', value: values } : withinSize({ kind: 'list', elements })
    }
    case 'call': {
      const of = bindOperand(operand.of, environment, context)
      const args = bindOperands(operand.args, environment, context)
      const values = valuesOf(args)
      assertThere([of, ...args], operand.span)
      if (of.kind !== 'value' || !values) return withinSize({ ...operand, of, args })
      return {
        kind: 'value',
        value: context.reader.called(of.value, operand, values, context.budget, context.meaning.regExp),
      }
    }
    case 'arithmetic': {
      const left = bindOperand(operand.left, environment, context)
      const right = bindOperand(operand.right, environment, context)
      if (left.kind !== 'value' || right.kind !== 'value') return withinSize({ ...operand, left, right })
      return calculated(operand, left, right)
    }
  }
}

export function bindOperands(
  operands: readonly Operand[],
  environment: Environment,
  context: BindContext,
): readonly Operand[] {
  return operands.map((one) => bindOperand(one, environment, context))
}

/** Returns the values of operands; undefined if one of them is not known. */
function valuesOf(operands: readonly Operand[]): readonly unknown[] | undefined {
  return operands.every((one) => one.kind === 'value') ? operands.map((one) => one.value) : undefined
}

/**
 * Returns the elements of a known operand: characters of a text, entries of a dictionary sorted by key, and what an
 * iterable has.
 */
export function withElements(list: Operand, { reader, budget }: BindContext, span: Span): Operand {
  if (list.kind !== 'value') return list
  const { value } = list
  if (typeof value === 'string') return { kind: 'value', value: [...value] }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return list
  if (!(value instanceof Dict)) return { kind: 'value', value: reader.elements(value, span, budget) ?? value }
  return { kind: 'value', value: Object.entries(value).sort(([a], [b]) => compareText(a, b)) }
}

/**
 * Calculates as the query machine does.
 * @throws Fault for operands that are not numbers, an overflow, or a remainder by zero.
 */
function calculated(
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

function numberOf(operand: Extract<Operand, { kind: 'value' }>): PolarNumber | undefined {
  const { value } = operand
  if (typeof value === 'bigint') return value
  if (typeof value !== 'number') return undefined
  return ownOf(operand, 'float') && Number.isSafeInteger(value) ? new Float(value) : value
}
