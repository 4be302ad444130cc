import { compareText } from '../language/compareText.js'
import type { Span } from '../language/source.js'
import { isUuid } from '../schema/uuid.js'
import { isDecimal } from '../values/numeric.js'
import { compareNumbers } from '../values/order.js'
import { type ExactNumber, exactOf, floatOf, floorOf, precisionOf, textOf } from './exactNumber.js'
import { isStorable } from './prefix.js'
import { refuse } from './refusal.js'
import type { SqlColumn, SqlType } from './tables.js'
import type { Order, ValueTest } from './valueTest.js'
import { wallClockTest } from './wallClock.js'

const always: ValueTest = { kind: 'always' }
const never: ValueTest = { kind: 'never' }

function is(operator: Order | '=', value: unknown): ValueTest {
  return { kind: 'is', operator, value }
}

/**
 * Returns the test for a column's values that equal a value other than nil. A value of another type
 * equals none.
 */
export function equalTo(column: SqlColumn, value: unknown, span: Span): ValueTest {
  const { type } = column
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? is('=', value) : otherType(column, value, span)
    case 'enum': {
      const stored = typeof value === 'string' ? type.values.get(value) : undefined
      return stored === undefined ? otherType(column, value, span) : is('=', stored)
    }
    case 'uuid':
      if (typeof value !== 'string') return otherType(column, value, span)
      // The database reads a UUID in several forms, and returns it in one.
      return isUuid(value) ? is('=', value) : never
    case 'form':
      if (typeof value !== 'string') return otherType(column, value, span)
      return type.has(value) ? is('=', value) : never
    case 'text':
      if (typeof value !== 'string') return otherType(column, value, span)
      if (isStorable(value)) return is('=', value)
      // No database stores half of a UTF-16 pair. Some store a zero character; in others it ends
      // the text.
      return value.includes('\0')
        ? refuse('column-type', 'Cannot compare a string that contains the character U+0000.', span)
        : never
    case 'date':
      // TypeORM reads PostgreSQL's infinity as a number.
      if (!type.common && isInfinite(value)) return refuseInfinite(span)
      if (!(value instanceof Date)) return otherType(column, value, span)
      return (type.wall && wallClockTest('=', valid(value, span))) || dateEqual(type.precision, valid(value, span))
    case 'integer':
    case 'float':
    case 'decimal': {
      if (!isNumeric(value)) return otherType(column, value, span)
      return isNotANumber(value) ? never : numberEqual(type, value, column, span)
    }
    case 'list':
    case 'other':
      return refuseType(column, span)
  }
}

/** Returns the test for a column's values that are in that order to a value other than nil. */
export function orderedTo(column: SqlColumn, order: Order, value: unknown, span: Span): ValueTest {
  const { type } = column
  switch (type.kind) {
    case 'boolean': {
      const rank = typeof value === 'boolean' ? Number(value) : typeof value === 'number' ? value : undefined
      if (rank === undefined) return refuseMixture(column, span)
      return among([false, true], (one) => compareNumbers(order, Number(one), rank))
    }
    case 'enum': {
      if (typeof value !== 'string') return refuseMixture(column, span)
      const names = [...type.values].filter(([name]) => compareNumbers(order, compareText(name, value), 0))
      return names.length === type.values.size ? always : oneOf(names.map(([, stored]) => stored))
    }
    case 'uuid':
    case 'form':
    case 'text':
      if (typeof value !== 'string') return refuseMixture(column, span)
      if (!isStorable(value))
        refuse(
          'column-type',
          'Cannot compare a string that contains U+0000 or a lone surrogate: databases do not store it.',
          span,
        )
      return type.kind !== 'uuid' || isUuid(value) ? is(order, value) : refuseMixture(column, span)
    case 'date':
      if (!(value instanceof Date)) return refuseMixture(column, span)
      return (
        (type.wall && wallClockTest(order, valid(value, span))) || dateOrder(type.precision, order, valid(value, span))
      )
    case 'integer':
    case 'float':
    case 'decimal':
      if (!isNumeric(value)) return refuseMixture(column, span)
      return isNotANumber(value) ? never : numberOrder(type, order, value, column, span)
    case 'list':
    case 'other':
      return refuseType(column, span)
  }
}

export function refuseType({ name, type }: SqlColumn, span: Span): never {
  const what = type.kind === 'other' || type.kind === 'form' ? type.name : type.kind
  return refuse(
    'column-type',
    `The column "${name}" has the type ${what}, which the database compares differently from JavaScript.`,
    span,
  )
}

export function refuseMixture({ name }: SqlColumn, span: Span): never {
  return refuse('mixed-types', `The column "${name}" is compared with a value of another type.`, span)
}

/**
 * A value of another type equals none of the column's values. A value of an unknown type is
 * refused.
 */
function otherType(column: SqlColumn, value: unknown, span: Span): ValueTest {
  return typeof value !== 'object' || value instanceof Date || isDecimal(value) ? never : refuseMixture(column, span)
}

type NumberType = Extract<SqlType, { kind: 'integer' | 'float' | 'decimal' }>

function numberEqual(type: NumberType, value: unknown, column: SqlColumn, span: Span): ValueTest {
  if (type.kind === 'integer' && Number.isSafeInteger(value)) {
    // Sound: no other value is a safe integer. Most keys are, and there can be thousands. The
    // addition turns -0 into 0.
    const whole = (value as number) + 0
    return whole < type.from || whole > type.to ? never : is('=', type.bigint ? BigInt(whole) : whole)
  }
  const exact = exactOf(value)
  switch (type.kind) {
    case 'integer':
      if (!exact || exact.scale > 0 || exact.digits < type.from || exact.digits > type.to) return never
      return is('=', sent(type, exact.digits))
    case 'float': {
      if (type.single) return refuseType(column, span)
      const float = nearest(exact, span)
      return float.side === 0 ? is('=', float.number) : never
    }
    case 'decimal':
      return is('=', decimal(type, exact, span))
  }
}

function numberOrder(type: NumberType, order: Order, value: unknown, column: SqlColumn, span: Span): ValueTest {
  const exact = exactOf(value)
  const isBelow = order === '<' || order === '<='
  switch (type.kind) {
    case 'integer': {
      // Beyond the column's range, the database may reject the number itself.
      if (!exact) return Number(value) > 0 === isBelow ? always : never
      const floor = floorOf(exact)
      if (floor > type.to) return isBelow ? always : never
      if (floor < type.from) return isBelow ? never : always
      // Between two whole numbers there is no equality: below 1.5 is up to 1, above it is above 1.
      return is(exact.scale === 0 ? order : isBelow ? '<=' : '>', sent(type, floor))
    }
    case 'float': {
      if (type.single) return refuseType(column, span)
      const { number, side } = nearest(exact, span)
      if (side === 0) return is(order, number)
      // The nearest number of JavaScript is not the value itself. It is on one side of it or the
      // other.
      return is(isBelow ? (side < 0 ? '<=' : '<') : side < 0 ? '>' : '>=', number)
    }
    case 'decimal':
      return is(order, decimal(type, exact, span))
  }
}

function sent(type: Extract<SqlType, { kind: 'integer' }>, value: bigint): unknown {
  const isSafe = value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= -BigInt(Number.MAX_SAFE_INTEGER)
  return type.bigint || !isSafe ? value : Number(value)
}

function nearest(exact: ExactNumber | undefined, span: Span): NonNullable<ReturnType<typeof floatOf>> {
  return (exact && floatOf(exact)) ?? refuseInfinite(span)
}

function decimal(
  { digits }: Extract<SqlType, { kind: 'decimal' }>,
  exact: ExactNumber | undefined,
  span: Span,
): string {
  if (!exact) return refuseInfinite(span)
  if (precisionOf(exact) <= digits) return textOf(exact)
  return refuse('column-type', `The database compares only ${digits} digits of a decimal; this number has more.`, span)
}

function refuseInfinite(span: Span): never {
  return refuse('column-type', 'The database cannot compare this column with an infinite number.', span)
}

type Precision = Extract<SqlType, { kind: 'date' }>['precision']

/**
 * JavaScript truncates a finer date to milliseconds. A date that equals a millisecond is therefore
 * within it.
 */
function dateEqual(precision: Precision, date: Date): ValueTest {
  switch (precision) {
    case 'days':
      return dayOf(date).getTime() === date.getTime() ? is('=', date) : never
    case 'milliseconds':
      return is('=', date)
    case 'finer':
      return { kind: 'within', from: date, to: next(date) }
  }
}

function dateOrder(precision: Precision, order: Order, date: Date): ValueTest {
  switch (precision) {
    case 'days': {
      const day = dayOf(date)
      if (day.getTime() === date.getTime()) return is(order, date)
      return is(order === '<' || order === '<=' ? '<=' : '>', day)
    }
    case 'milliseconds':
      return is(order, date)
    case 'finer':
      if (order === '<=') return is('<', next(date))
      return order === '>' ? is('>=', next(date)) : is(order, date)
  }
}

function dayOf(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 86_400_000) * 86_400_000)
}

function next(date: Date): Date {
  return new Date(date.getTime() + 1)
}

function valid(date: Date, span: Span): Date {
  return Number.isNaN(date.getTime()) ? refuse('column-type', 'Cannot compare with an invalid date.', span) : date
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value)
}

function isInfinite(value: unknown): boolean {
  return value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY
}

function isNotANumber(value: unknown): boolean {
  return typeof value !== 'bigint' && Number.isNaN(Number(value))
}

/** Tests each value of a column that has only a few. */
function among<Value>(values: readonly Value[], test: (value: Value) => boolean): ValueTest {
  const those = values.filter(test)
  return those.length === values.length ? always : oneOf(those)
}

function oneOf(values: readonly unknown[]): ValueTest {
  return values.length === 0 ? never : values.length === 1 ? is('=', values[0]) : { kind: 'among', values }
}
