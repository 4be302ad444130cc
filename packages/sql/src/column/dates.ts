import type { Span } from '@arcturus/core/internal/sql'
import { refuse } from '../refusal.js'
import type { SqlType } from '../tables.js'
import { is, never, type Order, type ValueTest } from './valueTest.js'
import { wallClockTest } from './wallClock.js'

type DateType = Extract<SqlType, { kind: 'date' }>

/**
 * Returns the test for dates that equal another one. JavaScript truncates a finer date to
 * milliseconds: a date that equals a millisecond is within it.
 */
export function dateEqual({ wall, precision }: DateType, other: Date, span: Span): ValueTest {
  const date = valid(other, span)
  const ofClock = wall && wallClockTest('=', date)
  if (ofClock) return ofClock
  switch (precision) {
    case 'days':
      return dayOf(date).getTime() === date.getTime() ? is('=', date) : never
    case 'milliseconds':
      return is('=', date)
    case 'finer':
      return { kind: 'within', from: date, to: next(date) }
  }
}

/** Returns the test for dates that are in that order to another one. */
export function dateOrder({ wall, precision }: DateType, order: Order, other: Date, span: Span): ValueTest {
  const date = valid(other, span)
  const ofClock = wall && wallClockTest(order, date)
  if (ofClock) return ofClock
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
