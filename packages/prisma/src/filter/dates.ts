import type { Dialect } from '../database/dialect.js'
import type { PrismaColumn } from '../schema/schema.js'
import { type ColumnTest, equalTo, type Order, ordered, within } from './test.js'

/** The precision of a column's dates: whole days, milliseconds as in JavaScript, or finer. */
type Precision = 'days' | 'milliseconds' | 'finer'

/**
 * Returns the precision of a column's dates; undefined for a column of times, which are not points
 * in time.
 */
export function precisionOf(column: PrismaColumn, dialect: Dialect): Precision | undefined {
  const { native } = column
  switch (native?.name) {
    case undefined:
      return 'milliseconds'
    case 'Date':
      return 'days'
    case 'Time':
    case 'Timetz':
      return undefined
    default: {
      const digits = native!.args[0] === undefined ? (dialect.provider === 'mysql' ? 0 : 6) : Number(native!.args[0])
      return digits <= 3 ? 'milliseconds' : 'finer'
    }
  }
}

/**
 * Returns equality with a date. JavaScript truncates a finer date, so it equals a millisecond if it
 * is within it.
 */
export function dateEquals(precision: Precision, date: Date): ColumnTest {
  switch (precision) {
    case 'days':
      return dayOf(date).getTime() === date.getTime() ? equalTo(date) : 'never'
    case 'milliseconds':
      return equalTo(date)
    case 'finer':
      return within(date, next(date))
  }
}

export function dateOrder(precision: Precision, order: Order, date: Date): ColumnTest {
  switch (precision) {
    case 'days': {
      const day = dayOf(date)
      if (day.getTime() === date.getTime()) return ordered(order, date)
      return ordered(order === '<' || order === '<=' ? '<=' : '>', day)
    }
    case 'milliseconds':
      return ordered(order, date)
    case 'finer':
      if (order === '<=') return ordered('<', next(date))
      return order === '>' ? ordered('>=', next(date)) : ordered(order, date)
  }
}

function dayOf(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 86_400_000) * 86_400_000)
}

function next(date: Date): Date {
  return new Date(date.getTime() + 1)
}
