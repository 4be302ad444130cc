import type { Span } from '@arcturus/core'
import {
  compareNumbers,
  compareText,
  exactOf,
  floatOf,
  isStorable,
  isUuid,
  precisionOf,
  textOf,
} from '@arcturus/core/sql'
import type { Dialect } from '../database/dialect.js'
import { refuse } from '../refusal.js'
import type { PrismaColumn } from '../schema/schema.js'
import type { Computed } from './computed.js'
import { dateEquals, dateOrder, precisionOf as datePrecision } from './dates.js'
import { intRange, isPlainText, isSingle } from './native.js'
import {
  bigInt,
  integerEquals,
  integerOrder,
  isDecimal,
  isNumberFilter,
  isSent,
  orderedDates,
  orderedNumber,
  type Range,
} from './numbers.js'
import { computedTest, doubleValues, wholeValues } from './ranges.js'
import { type ColumnFilter, type ColumnTest, chosen, equalTo, isEquality, type Order, oneOf, ordered } from './test.js'
import { cutEquals, cutOrder, refuseCollation, type TextOperator, textTest } from './texts.js'

/** A compared column: converts comparisons to tests on its type, for one database. */
export class Column {
  readonly #column: PrismaColumn
  readonly #values: readonly string[]
  readonly #dialect: Dialect
  /** As numbers, which compare faster. */
  #bounds: { readonly from: number; readonly to: number } | undefined

  /** @param values - the values of its enum, if it has one */
  constructor(column: PrismaColumn, values: readonly string[], dialect: Dialect) {
    this.#column = column
    this.#values = values
    this.#dialect = dialect
  }

  /**
   * Returns the test for its values that equal a non-nil value. No value equals one of another
   * type.
   */
  equals(value: unknown, span: Span): ColumnTest {
    const { kind, type } = this.#column
    if (kind === 'enum')
      return this.#values.includes(String(value)) && typeof value === 'string' ? equalTo(value) : 'never'
    switch (type) {
      case 'String':
        return typeof value === 'string' ? this.#textEquals(value, span) : this.#otherType(value, span)
      case 'Boolean':
        return typeof value === 'boolean' ? equalTo(value) : this.#otherType(value, span)
      case 'DateTime':
        return value instanceof Date
          ? dateEquals(this.#precision(span), this.#date(value, span))
          : this.#otherType(value, span)
      case 'Int':
      case 'BigInt':
      case 'Float':
      case 'Decimal': {
        if (!isNumeric(value)) return this.#otherType(value, span)
        return isNotANumber(value) ? 'never' : this.#numberEquals(value, span)
      }
      default:
        return this.#refuseType(span)
    }
  }

  /**
   * Returns tests for its values that equal one of several non-nil values. Values that the database
   * can compare as one list share a test.
   * @throws UnsupportedFilterError for a long list of texts that are read cut off: each would need
   * its own range
   */
  among(values: readonly unknown[], span: Span): readonly ColumnTest[] {
    const equal: unknown[] = []
    const others: ColumnTest[] = []
    const { cutsTexts, identifies } = this.#dialect
    const isLong = cutsTexts === true && values.length > mostRanges
    for (const value of values) {
      if (isLong && typeof value === 'string' && isStorable(value)) {
        if (!identifies)
          refuse(
            'too-large',
            `"${this.#column.name}" is compared with ${values.length} strings, of which each needs a range of its own.`,
            span,
          )
        equal.push(value)
        continue
      }
      const test = this.equals(value, span)
      if (isEquality(test)) equal.push(test.equals)
      else if (test !== 'never') others.push(test)
    }
    return [oneOf(equal), ...others]
  }

  /**
   * @throws UnsupportedFilterError if the column can't be tested for nil: JSON has its own null,
   * which also reads as nil
   */
  assertKnowsNil(span: Span): void {
    if (this.#column.type === 'Json') this.#refuseType(span)
  }

  /** Returns the test for its values that are ordered so relative to a non-nil value. */
  compares(order: Order, value: unknown, span: Span): ColumnTest {
    const { kind, type } = this.#column
    if (kind === 'enum') {
      if (typeof value !== 'string') return this.#refuseMixture(span)
      return chosen(this.#values, (one) => compareNumbers(order, compareText(one, value), 0))
    }
    switch (type) {
      case 'String':
        return typeof value === 'string' ? this.#textOrder(order, value, span) : this.#refuseMixture(span)
      case 'Boolean': {
        const rank = typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : undefined
        if (rank === undefined) return this.#refuseMixture(span)
        return chosen([false, true], (one) => compareNumbers(order, Number(one), rank))
      }
      case 'DateTime':
        if (!(value instanceof Date)) return this.#refuseMixture(span)
        return orderedDates(dateOrder(this.#precision(span), order, this.#date(value, span)), order, this.isNumber)
      case 'Int':
      case 'BigInt':
      case 'Float':
      case 'Decimal':
        if (!isNumeric(value)) return this.#refuseMixture(span)
        return isNotANumber(value) ? 'never' : this.#numberOrder(order, value, span)
      default:
        return this.#refuseType(span)
    }
  }

  /**
   * Returns the test for its numbers whose computed result passes a comparison; undefined if there
   * is no exact test.
   */
  computed(computed: Computed, operator: '=' | Order, limit: number | bigint, span: Span): ColumnTest | undefined {
    switch (this.#column.type) {
      case 'Int':
        return computedTest(computed, operator, limit, wholeValues(this.#intRange(span)))
      case 'Float': {
        if (computed.breaks) return undefined
        this.#assertDouble(span)
        const send = (value: number): number => this.#float(exactOf(value), span).number
        return computedTest(computed, operator, limit, doubleValues(send, this.isNumber))
      }
      default:
        return undefined
    }
  }

  /** Returns the test for its texts that contain another, non-nil text by the operator. */
  texts(operator: TextOperator, part: unknown, span: Span): ColumnTest {
    if (typeof part !== 'string') return this.#refuseMixture(span)
    if (this.#column.kind === 'enum') return chosen(this.#values, (one) => one[operator](part))
    if (this.#column.type !== 'String' || this.#isUuid) return this.#refuseType(span)
    this.#assertPlainText(span)
    return textTest(operator, part, this.#column, this.#dialect, span)
  }

  /**
   * Returns the test for its values that are instances of a class of the language: any number is an
   * Integer and a Float.
   */
  isInstance(model: string, span: Span): ColumnTest {
    const { kind, type } = this.#column
    if (type === 'Json' || type === 'Bytes') return this.#refuseType(span)
    const classes =
      kind === 'enum' || type === 'String' ? ['String'] : type === 'Boolean' ? ['Boolean'] : ['Integer', 'Float']
    return type !== 'DateTime' && classes.includes(model) ? 'always' : 'never'
  }

  /**
   * Returns the values to search among the elements of a list column, without those that no element
   * can equal.
   */
  elements(values: readonly unknown[], span: Span): unknown[] {
    if (this.#column.type === 'String' && this.#dialect.cutsTexts) this.#refuseType(span)
    return values.flatMap((value) => {
      if (value === null)
        return refuse('column-type', `Prisma cannot test whether the list "${this.#column.name}" contains nil.`, span)
      const test = this.equals(value, span)
      if (test === 'never') return []
      return isEquality(test) ? [test.equals] : this.#refuseType(span)
    })
  }

  /**
   * @throws UnsupportedFilterError if the database and a check compare two columns of this type
   * differently
   */
  assertComparable(order: boolean, span: Span): void {
    const { kind, type, native } = this.#column
    if (kind === 'enum' || type === 'Boolean') {
      if (order) this.#refuseType(span)
      return
    }
    switch (type) {
      case 'String':
        if (!this.#isUuid) this.#assertPlainText(span)
        if (this.#isUuid) return
        if (!(order ? this.#dialect.textOrder : this.#dialect.textEquality))
          refuseCollation(this.#dialect, this.#column, span)
        // The database also compares the characters behind a zero character.
        if (this.#dialect.cutsTexts) this.#refuseType(span)
        return
      case 'DateTime':
        if (this.#precision(span) === 'finer') this.#refuseType(span)
        return
      case 'Float':
        if (isSingle(this.#column, this.#dialect)) this.#refuseType(span)
        return
      case 'Int':
      case 'BigInt':
      case 'Decimal':
        if (native?.name === 'Money') this.#refuseType(span)
        return
      default:
        this.#refuseType(span)
    }
  }

  /**
   * The filter that numbers and dates pass, but NaN and invalid dates do not; undefined if the
   * column can hold neither.
   */
  get isNumber(): ColumnFilter | undefined {
    return isNumberFilter(this.#column.type, this.#dialect)
  }

  get #isUuid(): boolean {
    return this.#column.native?.name === 'Uuid'
  }

  #textEquals(value: string, span: Span): ColumnTest {
    // The database reads a UUID in several forms, and returns it in one.
    if (this.#isUuid) return isUuid(value) ? equalTo(value) : 'never'
    this.#assertPlainText(span)
    if (!this.#dialect.textEquality) refuseCollation(this.#dialect, this.#column, span)
    // No stored text has half a UTF-16 surrogate pair. PostgreSQL stores no zero character either.
    if (isStorable(value)) return this.#dialect.cutsTexts ? cutEquals(value, this.#dialect) : equalTo(value)
    return this.#dialect.provider === 'postgresql' || !value.includes('\0')
      ? 'never'
      : refuse('column-type', 'Cannot compare a string that contains the character U+0000.', span)
  }

  #textOrder(order: Order, value: string, span: Span): ColumnTest {
    if (this.#isUuid) return isUuid(value) ? ordered(order, value) : this.#refuseMixture(span)
    this.#assertPlainText(span)
    if (!this.#dialect.textOrder) refuseCollation(this.#dialect, this.#column, span)
    if (!isStorable(value))
      refuse(
        'column-type',
        'Cannot compare a string that contains U+0000 or a lone surrogate: databases do not store it.',
        span,
      )
    return this.#dialect.cutsTexts ? cutOrder(order, value) : ordered(order, value)
  }

  /** Some text types pad, fold or rewrite their values. */
  #assertPlainText(span: Span): void {
    if (!isPlainText(this.#column, this.#dialect)) this.#refuseType(span)
  }

  #numberEquals(value: number | bigint | object, span: Span): ColumnTest {
    // Most keys are safe integers, and there can be thousands. The sum turns -0 into 0.
    if (this.#column.type === 'Int' && typeof value === 'number' && Number.isSafeInteger(value)) {
      this.#bounds ??= boundsOf(this.#intRange(span))
      return value < this.#bounds.from || value > this.#bounds.to ? 'never' : equalTo(value + 0)
    }
    const exact = exactOf(value)
    switch (this.#column.type) {
      case 'Int':
        return exact ? integerEquals(exact, this.#intRange(span), Number) : 'never'
      case 'BigInt':
        return exact ? integerEquals(exact, this.#bigIntRange(span), (one) => one) : 'never'
      case 'Float': {
        this.#assertDouble(span)
        const float = this.#float(exact, span)
        return float.side === 0 ? equalTo(float.number) : 'never'
      }
      default:
        if (!exact) return refuseInfinite(span)
        this.#assertDigits(precisionOf(exact), span)
        return equalTo(textOf(exact))
    }
  }

  #numberOrder(order: Order, value: number | bigint | object, span: Span): ColumnTest {
    const exact = exactOf(value)
    if (!exact) return refuseInfinite(span)
    switch (this.#column.type) {
      case 'Int':
        return integerOrder(order, exact, this.#intRange(span), Number)
      case 'BigInt':
        return integerOrder(order, exact, this.#bigIntRange(span), (one) => one)
      case 'Float': {
        this.#assertDouble(span)
        const float = this.#float(exact, span)
        if (float.side === 0) return orderedNumber(order, float.number, this.isNumber)
        const below = order === '<' || order === '<='
        // The nearest number of JavaScript differs from the value, so it falls on one side of it.
        const moved = below ? (float.side < 0 ? '<=' : '<') : float.side < 0 ? '>' : '>='
        return orderedNumber(moved, float.number, this.isNumber)
      }
      default:
        this.#assertDigits(precisionOf(exact), span)
        return orderedNumber(order, textOf(exact), this.isNumber)
    }
  }

  /** The database may refuse a value beyond the column's range. */
  #intRange(span: Span): Range {
    if (this.#column.native?.name === 'Oid') this.#refuseType(span)
    return intRange(this.#column, this.#dialect)
  }

  #bigIntRange(span: Span): Range {
    return this.#column.native?.name === 'UnsignedBigInt' ? this.#refuseType(span) : bigInt
  }

  #assertDouble(span: Span): void {
    if (isSingle(this.#column, this.#dialect)) this.#refuseType(span)
  }

  #float(exact: ReturnType<typeof exactOf>, span: Span): NonNullable<ReturnType<typeof floatOf>> {
    const float = (exact && floatOf(exact)) ?? refuseInfinite(span)
    if (isSent(float.number)) return float
    return refuse('column-type', `Prisma rounds the number ${float.number} before it reaches the database.`, span)
  }

  #assertDigits(digits: number, span: Span): void {
    if (this.#column.native?.name === 'Money') this.#refuseType(span)
    if (digits <= this.#dialect.decimalDigits) return
    refuse(
      'column-type',
      `${this.#dialect.provider} compares only ${this.#dialect.decimalDigits} digits of a decimal; this number has more.`,
      span,
    )
  }

  #precision(span: Span): NonNullable<ReturnType<typeof datePrecision>> {
    return datePrecision(this.#column, this.#dialect) ?? this.#refuseType(span)
  }

  #date(date: Date, span: Span): Date {
    return Number.isNaN(date.getTime()) ? refuse('column-type', 'Cannot compare with an invalid date.', span) : date
  }

  /**
   * A value of another type equals none of the column's values. For an unknown type the comparison
   * is refused.
   */
  #otherType(value: unknown, span: Span): ColumnTest {
    const plain = typeof value !== 'object' || value instanceof Date || isDecimal(value)
    return plain ? 'never' : this.#refuseMixture(span)
  }

  #refuseMixture(span: Span): never {
    return refuse('mixed-types', `The column "${this.#column.name}" is compared with a value of another type.`, span)
  }

  #refuseType(span: Span): never {
    const { name, type, native } = this.#column
    return refuse(
      'column-type',
      `The column "${name}" has the type ${this.#dialect.textType ?? native?.name ?? type}, which the database compares differently from JavaScript.`,
      span,
    )
  }
}

/** The maximum number of cut-off texts that are searched by their own ranges. */
const mostRanges = 32

function boundsOf({ from, to }: Range) {
  return { from: Number(from), to: Number(to) }
}

function isNumeric(value: unknown): value is number | bigint | object {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value)
}

function isNotANumber(value: number | bigint | object): boolean {
  return typeof value !== 'bigint' && Number.isNaN(Number(value))
}

function refuseInfinite(span: Span): never {
  return refuse('column-type', 'The database cannot compare this column with an infinite number.', span)
}
