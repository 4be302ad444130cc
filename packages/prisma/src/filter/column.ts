import type { Span } from '@arcturus/core'
import type { SqlColumn } from '@arcturus/sql'
import {
  containing,
  equalTo as equalToValue,
  instanceOf,
  isStorable,
  type Order,
  orderedTo,
  refuseType,
  type TextOperator,
  type ValueTest,
} from '@arcturus/sql/internal/prisma'
import type { Dialect } from '../database/dialect.js'
import { isSent } from '../database/models.js'
import { refuse } from '../refusal.js'
import type { PrismaColumn } from '../schema/schema.js'
import { isNumberFilter, orderedNumber } from './numbers.js'
import { type ColumnFilter, type ColumnTest, equalTo, isEquality, oneOf, within } from './test.js'
import { cutEquals, cutOrder, refuseCollation, textTest } from './texts.js'
import { elementTypeOf } from './types.js'

/** A compared column: prints the tests of its values for one database. */
export class Column {
  /** The column, or the elements of a list column. Its enum has the client's names. */
  readonly #sql: SqlColumn

  /** @param values - the values of its enum, if it has one */
  constructor(
    private readonly column: PrismaColumn,
    values: readonly string[],
    private readonly dialect: Dialect,
  ) {
    const type = elementTypeOf(column, new Map(values.map((name) => [name, name])), dialect)
    this.#sql = { name: column.name, nullable: column.nullable, type }
  }

  /**
   * Returns the test for its values that equal a non-nil value. No value equals one of another
   * type.
   */
  equals(value: unknown, span: Span): ColumnTest {
    if (typeof value === 'string') {
      if (this.#isText && !this.dialect.textEquality) refuseCollation(this.dialect, this.column, span)
      // PostgreSQL stores no zero character.
      if (this.#isText && this.dialect.provider === 'postgresql' && value.includes('\0')) return 'never'
    }
    return this.#printed(equalToValue(this.#sql, value, span), span)
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
    const { cutsTexts, identifies } = this.dialect
    const isLong = cutsTexts === true && values.length > mostRanges
    for (const value of values) {
      if (isLong && typeof value === 'string' && isStorable(value)) {
        if (!identifies)
          refuse(
            'too-large',
            `"${this.column.name}" is compared with ${values.length} strings, of which each needs a range of its own.`,
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
    if (this.column.type === 'Json') refuseType(this.#sql, span)
  }

  /** Returns the test for its values that are ordered so relative to a non-nil value. */
  compares(order: Order, value: unknown, span: Span): ColumnTest {
    if (this.#isText && typeof value === 'string' && !this.dialect.textOrder)
      refuseCollation(this.dialect, this.column, span)
    return this.#printed(orderedTo(this.#sql, order, value, span), span)
  }

  /** Returns the test for its texts that contain another, non-nil text by the operator. */
  texts(operator: TextOperator, part: unknown, span: Span): ColumnTest {
    if (typeof part === 'string' && !this.#isText && this.column.kind !== 'enum') return refuseType(this.#sql, span)
    const test = containing(this.#sql, operator, part, span)
    if (test) return this.#printed(test, span)
    // Sound: `containing` refuses other values.
    return textTest(operator, part as string, this.column, this.dialect, span)
  }

  /** Returns the test for its values that are instances of a class of the language. */
  isInstance(model: string, span: Span): ColumnTest {
    return this.#printed(instanceOf(this.#sql, model, span), span)
  }

  /**
   * Returns the values to search among the elements of a list column, without those that no element
   * can equal.
   */
  elements(values: readonly unknown[], span: Span): unknown[] {
    if (this.column.type === 'String' && this.dialect.cutsTexts) refuseType(this.#sql, span)
    return values.flatMap((value) => {
      if (value === null)
        return refuse('column-type', `Prisma cannot test whether the list "${this.column.name}" contains nil.`, span)
      const test = this.equals(value, span)
      if (test === 'never') return []
      return isEquality(test) ? [test.equals] : refuseType(this.#sql, span)
    })
  }

  /**
   * @throws UnsupportedFilterError if the database and a check compare two columns of this type
   * differently
   */
  assertComparable(order: boolean, span: Span): void {
    const { type } = this.#sql
    switch (type.kind) {
      case 'uuid':
      case 'integer':
      case 'decimal':
        return
      case 'enum':
      case 'boolean':
        if (order) refuseType(this.#sql, span)
        return
      case 'text':
        if (!(order ? this.dialect.textOrder : this.dialect.textEquality))
          refuseCollation(this.dialect, this.column, span)
        // The database also compares the characters behind a zero character.
        if (type.cut) refuseType(this.#sql, span)
        return
      case 'date':
        if (type.precision === 'finer') refuseType(this.#sql, span)
        return
      case 'float':
        if (type.single) refuseType(this.#sql, span)
        return
      default:
        // Whole numbers whose range Prisma does not say are compared with each other.
        if (type.kind !== 'other' || type.name !== 'Oid') refuseType(this.#sql, span)
    }
  }

  /** @throws UnsupportedFilterError if the database knows no collation by which to compare two columns */
  assertCollation({ dialect: { collation } }: Column, span: Span): void {
    if (collation !== this.dialect.collation) refuseCollation(this.dialect, this.column, span)
  }

  /**
   * The filter that numbers and dates pass, but NaN and invalid dates do not; undefined if the
   * column can hold neither.
   */
  get isNumber(): ColumnFilter | undefined {
    return isNumberFilter(this.column.type, this.dialect)
  }

  get #isText(): boolean {
    return this.#sql.type.kind === 'text'
  }

  #printed(test: ValueTest, span: Span): ColumnTest {
    switch (test.kind) {
      case 'always':
      case 'never':
        return test.kind
      case 'is':
        return this.#is(test.operator, test.value, span)
      case 'within':
        return within(test.from, test.to)
      case 'among':
        return oneOf(test.values)
      case 'any':
        // Only dates by the clock of the process have several ranges, and Prisma stores none.
        return refuseType(this.#sql, span)
    }
  }

  #is(operator: Order | '=', value: unknown, span: Span): ColumnTest {
    const { type } = this.#sql
    if (type.kind === 'text' && type.cut) {
      // Sound: texts are compared with texts.
      const text = value as string
      return operator === '=' ? cutEquals(text, this.dialect) : cutOrder(operator, text)
    }
    if (type.kind === 'float' && !isSent(value as number))
      refuse('column-type', `Prisma rounds the number ${value} before it reaches the database.`, span)
    return operator === '=' ? equalTo(value) : orderedNumber(operator, value, this.isNumber)
  }
}

/** The maximum number of cut-off texts that are searched by their own ranges. */
const mostRanges = 32
