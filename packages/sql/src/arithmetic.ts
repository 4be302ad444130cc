import type { Operand, Span } from '@arcturus/core/internal/sql'
import type { Parameter } from './comparison/columns.js'
import type { Value } from './comparison/value.js'
import { largestInteger as largest, type StandardSql } from './dialects/standard.js'
import { refuse } from './refusal.js'
import { all, type Sql } from './sql.js'
import type { SqlColumn } from './tables.js'

type Arithmetic = Extract<Operand, { kind: 'arithmetic' }>

/** A number in SQL: a column, a value, or an expression of them. */
interface Computed {
  readonly text: string
  /** Whole numbers are computed exactly, all others as doubles. */
  readonly kind: 'whole' | 'double'
  /** The largest absolute value of a whole number. */
  readonly most: bigint
  /** Its value, if it is a constant of the policy. */
  readonly constant?: number | undefined
  /** Whether it is a double that is whole if its value is: a column of doubles. */
  readonly isMixed?: boolean | undefined
  /**
   * Which zero it is if it is zero: the positive one, the one that the database reports, or an
   * unknown one.
   */
  readonly zero: 'positive' | 'told' | 'unknown'
  /**
   * The conditions under which it is an infinity. The database has none, and the number is null
   * instead.
   */
  readonly infinite?: Value['infinite']
}

const double: SqlColumn = { name: 'number', nullable: false, type: { kind: 'float', single: false } }
const whole: SqlColumn = {
  name: 'number',
  nullable: false,
  type: { kind: 'integer', from: -largest, to: largest, bigint: false },
}

/** Computes numbers as a check does: whole ones exactly, all others as doubles. */
export class Calculator {
  constructor(
    private readonly dialect: StandardSql,
    private readonly parameter: Parameter,
    private readonly read: (operand: Operand, span: Span) => Value,
  ) {}

  /** Returns the result in the form for comparisons. */
  value(operand: Arithmetic): Value {
    const presences: Sql[] = []
    const { text, kind, most, infinite } = this.#compute(operand, operand.span, presences)
    const type: SqlColumn['type'] =
      kind === 'double'
        ? { kind: 'float', single: false }
        : { kind: 'integer', from: -smaller(most, largest + 1n), to: smaller(most, largest), bigint: false }
    return {
      text,
      column: { name: 'result', nullable: false, type },
      presence: all(presences),
      isNullWithoutRow: false,
      isComputed: true,
      isNullForNaN: kind === 'double' && this.dialect.isNullForNaN,
      infinite,
    }
  }

  #compute(operand: Operand, span: Span, presences: Sql[]): Computed {
    if (operand.kind === 'value') return this.#constant(operand.value, operand.float === true, span)
    if (operand.kind === 'arithmetic') {
      const { operator, left, right } = operand
      const a = this.#compute(left, operand.span, presences)
      const b = this.#compute(right, operand.span, presences)
      if (a.infinite || b.infinite)
        return refuse(
          'operand',
          'A part of this expression can be infinite, which the database cannot represent.',
          operand.span,
        )
      if (operator === '/') return this.#quotient(a, b, operand.span)
      if (operator === 'rem' || operator === 'mod') return this.#remainder(operator, a, b, operand.span)
      return this.#combined(operator, a, b)
    }
    const { text, column, presence } = this.read(operand, span)
    presences.push(presence)
    const { type } = column
    if (type.kind === 'integer') return { text, kind: 'whole', most: larger(-type.from, type.to), zero: 'positive' }
    if (type.kind === 'float' && !type.single)
      return {
        text,
        kind: 'double',
        most: 0n,
        isMixed: true,
        zero: this.dialect.keepsNegativeZero ? 'told' : 'positive',
      }
    return refuse(
      'column-type',
      `The database computes with the column "${column.name}" differently from JavaScript.`,
      span,
    )
  }

  #constant(value: unknown, isFloat: boolean, span: Span): Computed {
    if (typeof value === 'bigint')
      return { text: this.parameter(value, whole), kind: 'whole', most: value < 0n ? -value : value, zero: 'positive' }
    if (typeof value !== 'number' || !Number.isFinite(value))
      return refuse('operand', 'Arithmetic in SQL needs finite numbers.', span)
    if (!isFloat && Number.isSafeInteger(value)) {
      const most = BigInt(Math.abs(value))
      return { text: this.parameter(value, whole), kind: 'whole', most, constant: value, zero: 'positive' }
    }
    // Drivers lose the sign of a zero in transit.
    return {
      text: this.dialect.double(this.parameter(value, double)),
      kind: 'double',
      most: 0n,
      constant: value,
      zero: Object.is(value, -0) ? 'unknown' : 'positive',
    }
  }

  #combined(operator: '+' | '-' | '*', a: Computed, b: Computed): Computed {
    if (a.kind === 'double' || b.kind === 'double') {
      const isMixed = [a, b].every((one) => one.kind === 'whole' || one.isMixed)
      const isPositive = operator !== '*' && (a.zero === 'positive' || (operator === '+' && b.zero === 'positive'))
      const isUnknown = isMixed || a.zero === 'unknown' || b.zero === 'unknown'
      return {
        text: `(${this.#double(a)} ${operator} ${this.#double(b)})`,
        kind: 'double',
        most: 0n,
        isMixed,
        zero: isPositive ? 'positive' : isUnknown ? 'unknown' : 'told',
      }
    }
    const most = operator === '*' ? a.most * b.most : a.most + b.most
    const [left, right] = [a, b].map(({ text }) => this.dialect.whole(text, larger(most, larger(a.most, b.most))))
    return { text: `(${left} ${operator} ${right})`, kind: 'whole', most, zero: 'positive' }
  }

  #remainder(operator: 'rem' | 'mod', a: Computed, b: Computed, span: Span): Computed {
    const [left, right] = [a, b].map((one) => this.#integral(one, span))
    if (!left || !right || (b.kind === 'double' && b.constant === 0))
      return refuse('operand', 'Remainders in SQL need integers and a divisor other than 0.', span)
    const most = 2n * larger(left.most, right.most)
    const dividend = this.dialect.whole(left.text, most)
    const divisor = `NULLIF(${this.dialect.whole(right.text, most)}, 0)`
    const rem = `(${dividend} % ${divisor})`
    const text = operator === 'rem' ? rem : `((${rem} + ${divisor}) % ${divisor})`
    if (a.kind === 'whole' && b.kind === 'whole') return { text, kind: 'whole', most: right.most, zero: 'positive' }
    return { text: this.dialect.double(text), kind: 'double', most: 0n, zero: 'unknown' }
  }

  /** Returns a whole number, even if its form is a double; undefined if it is not whole. */
  #integral(one: Computed, span: Span): Computed | undefined {
    if (one.kind === 'whole') return one
    if (one.constant === undefined || !Number.isSafeInteger(one.constant)) return undefined
    return this.#constant(one.constant, false, span)
  }

  #quotient(a: Computed, b: Computed, span: Span): Computed {
    const [dividend, divisor] = [this.#double(a), this.#double(b)]
    const zero = a.zero === 'unknown' ? 'unknown' : 'told'
    if (b.constant !== undefined && b.constant !== 0)
      return { text: `(${dividend} / ${divisor})`, kind: 'double', most: 0n, zero }
    const { text, infinite } = this.dialect.quotient(dividend, divisor, this.#isNegativeZero(b, span))
    return { text, kind: 'double', most: 0n, zero, infinite: a.text === b.text ? undefined : infinite }
  }

  /** Returns the condition that a zero divisor is the negative zero. */
  #isNegativeZero({ text, constant, zero }: Computed, span: Span): Sql {
    if (constant !== undefined) return Object.is(constant, -0)
    if (zero === 'positive') return false
    const isNegative = zero === 'told' ? this.dialect.isNegativeZero(text) : undefined
    return isNegative ?? refuse('operand', 'The divisor can be 0 or -0, which the database does not distinguish.', span)
  }

  #double(one: Computed): string {
    return one.kind === 'double' ? one.text : this.dialect.double(one.text)
  }
}

function larger(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}

function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
