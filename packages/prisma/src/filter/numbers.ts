import { type ExactNumber, floorOf } from '@arcturus/core/sql'
import type { Dialect } from '../database/dialect.js'
import { type ColumnFilter, type ColumnTest, equalTo, isEquality, type Order, ordered } from './test.js'

export function isDecimal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, Symbol.toStringTag) === 'Decimal'
}

/** The range of whole numbers that a column can hold. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

export const int: Range = { from: -(2n ** 31n), to: 2n ** 31n - 1n }
export const smallInt: Range = { from: -(2n ** 15n), to: 2n ** 15n - 1n }
/**
 * The integers that JavaScript represents exactly. An `Int` of SQLite, and an unsigned one of
 * MySQL, goes beyond 32 bits.
 */
export const safeInt: Range = { from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n }
export const bigInt: Range = { from: -(2n ** 63n), to: 2n ** 63n - 1n }

/**
 * Returns equality for a column of whole numbers. `send` converts the number to the column's type.
 */
export function integerEquals(value: ExactNumber, range: Range, send: (value: bigint) => unknown): ColumnTest {
  if (value.scale > 0 || value.digits < range.from || value.digits > range.to) return 'never'
  return equalTo(send(value.digits))
}

export function integerOrder(
  order: Order,
  value: ExactNumber,
  range: Range,
  send: (value: bigint) => unknown,
): ColumnTest {
  const floor = floorOf(value)
  // No whole number equals a fraction: below 1.5 is up to 1, and above it is above 1.
  const between = value.scale > 0
  const below = order === '<' || order === '<='
  const exact: Order = between ? (below ? '<=' : '>') : order
  if (floor > range.to) return below ? 'always' : 'never'
  if (floor < range.from) return below ? 'never' : 'always'
  return ordered(exact, send(floor))
}

/**
 * Whether Prisma sends a number exactly. It writes numbers beyond 64 bits out in full, with 16
 * correct digits. Numbers with fewer digits remain the same.
 */
export function isSent(number: number): boolean {
  return Math.abs(number) < 2 ** 63 || Number(number.toPrecision(15)) === number
}

/**
 * Dates between these are read exactly. PostgreSQL's infinities and years before 1, and MySQL's
 * zeros, are not.
 */
const firstDate = new Date('0001-01-01T00:00:00.000Z')
const lastDate = new Date('9999-12-31T23:59:59.999Z')

/**
 * Returns an order of dates as a check orders them, without the dates that are read as invalid.
 * @param isDate - the filter for valid dates; undefined if there are no others
 */
export function orderedDates(test: ColumnTest, order: Order, isDate: ColumnFilter | undefined): ColumnTest {
  if (!isDate || typeof test === 'string' || isEquality(test)) return test
  const [end, beyond] =
    order === '<' || order === '<=' ? [{ gte: firstDate }, { lt: firstDate }] : [{ lte: lastDate }, { gt: lastDate }]
  return { yes: test.yes.map((filter) => ({ ...filter, ...end })), no: [...test.no, beyond] }
}

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

/** Returns an order of numbers as a check orders them, without NaN. */
export function orderedNumber(order: Order, value: unknown, isNumber: ColumnFilter | undefined): ColumnTest {
  const test = ordered(order, value)
  const isAbove = order === '>' || order === '>='
  if (!isNumber || isAbove !== 'lt' in isNumber) return test
  return { yes: test.yes.map((filter) => ({ ...filter, ...isNumber })), no: [...test.no, { not: isNumber }] }
}
