import type { Order } from '@arcturus/sql/internal/prisma'
import type { Dialect } from '../database/dialect.js'
import { type Alternatives, type ColumnFilter, ordered } from './test.js'

/**
 * Dates between these are read exactly. PostgreSQL's infinities and years before 1, and MySQL's
 * zeros, are not.
 */
const firstDate = new Date('0001-01-01T00:00:00.000Z')
const lastDate = new Date('9999-12-31T23:59:59.999Z')

/**
 * Returns a filter that excludes NaN and invalid dates, if the column can hold them. It is an
 * order, never `not` or `equals`. If a client turned NaN into null on its way, those would match
 * null, while an order is an error.
 */
export function isNumberFilter(type: string, { nan, fineDates }: Dialect): ColumnFilter | undefined {
  if (type === 'DateTime') return fineDates ? { gte: firstDate, lte: lastDate } : undefined
  if (nan === undefined || (type !== 'Float' && type !== 'Decimal')) return undefined
  return { [nan === 'greatest' ? 'lt' : 'gt']: type === 'Float' ? Number.NaN : decimalNaN }
}

/**
 * Returns the complement of the filter. Prisma's `not` of two operators is true only if neither
 * holds.
 */
export function outside(isNumber: ColumnFilter): readonly ColumnFilter[] {
  return 'gte' in isNumber ? [{ lt: firstDate }, { gt: lastDate }] : [{ not: isNumber }]
}

/** A NaN that Prisma accepts as a decimal (its type `DecimalJsLike`). */
const decimalNaN = { d: [], e: Number.NaN, s: Number.NaN, toFixed: () => 'NaN' }

/**
 * Returns an order of numbers or dates as a check orders them: without NaN, and without dates that
 * are read as invalid.
 * @param isNumber - The filter of `isNumberFilter`.
 */
export function orderedNumber(order: Order, value: unknown, isNumber: ColumnFilter | undefined): Alternatives {
  const test = ordered(order, value)
  // Only the end to which the order is open can have such values.
  const end = order === '>' || order === '>=' ? 'l' : 'g'
  const bound = Object.entries(isNumber ?? {}).find(([name]) => name.startsWith(end))
  if (!bound) return test
  const inside = { [bound[0]]: bound[1] }
  return { yes: test.yes.map((filter) => ({ ...filter, ...inside })), no: [...test.no, { not: inside }] }
}
