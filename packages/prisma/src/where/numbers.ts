import { type ColumnTest, equalTo, type Order, ordered } from './test.js'

/** A number, exactly: `digits` × 10^-`scale`. */
interface Exact {
  readonly digits: bigint
  readonly scale: number
}

/** The exact value of a number, a bigint or a decimal object; undefined for what is no number, NaN and the infinities. */
export function exactOf(value: unknown): Exact | undefined {
  if (typeof value === 'bigint') return { digits: value, scale: 0 }
  if (typeof value !== 'number' && !isDecimal(value)) return undefined
  const match = /^(-?)(\d*)\.?(\d*)(?:e([+-]?\d+))?$/i.exec(String(value))
  if (!match) return undefined
  const [, minus, whole = '', fraction = '', power = '0'] = match
  const scale = fraction.length - Number(power)
  const digits = BigInt(`${minus}${whole}${fraction}` || '0')
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : reduced(digits, scale)
}

export function isDecimal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Reflect.get(value, Symbol.toStringTag) === 'Decimal'
}

function reduced(digits: bigint, scale: number): Exact {
  let at = { digits, scale }
  while (at.scale > 0 && at.digits % 10n === 0n) at = { digits: at.digits / 10n, scale: at.scale - 1 }
  return at
}

/** A whole number within what the column can hold, or which side of all that it lies on. */
export interface Range {
  readonly from: bigint
  readonly to: bigint
}

export const int: Range = { from: -(2n ** 31n), to: 2n ** 31n - 1n }
export const smallInt: Range = { from: -(2n ** 15n), to: 2n ** 15n - 1n }
/** What JavaScript holds exactly; an `Int` of SQLite, and an unsigned one of MySQL, goes beyond 32 bits. */
export const safeInt: Range = { from: -(2n ** 53n) + 1n, to: 2n ** 53n - 1n }
export const bigInt: Range = { from: -(2n ** 63n), to: 2n ** 63n - 1n }

/** Equality of a column of whole numbers; `send` gives the number in the column's type. */
export function integerEquals(value: Exact, range: Range, send: (value: bigint) => unknown): ColumnTest {
  if (value.scale > 0 || value.digits < range.from || value.digits > range.to) return 'never'
  return equalTo(send(value.digits))
}

export function integerOrder(order: Order, value: Exact, range: Range, send: (value: bigint) => unknown): ColumnTest {
  const floor = floorOf(value)
  // Between two whole numbers there is no equality: below 1.5 is up to 1, above it is above 1.
  const between = value.scale > 0
  const below = order === '<' || order === '<='
  const exact: Order = between ? (below ? '<=' : '>') : order
  if (floor > range.to) return below ? 'always' : 'never'
  if (floor < range.from) return below ? 'never' : 'always'
  return ordered(exact, send(floor))
}

function floorOf({ digits, scale }: Exact): bigint {
  const unit = 10n ** BigInt(scale)
  const quotient = digits / unit
  return digits % unit < 0n ? quotient - 1n : quotient
}

/** The number of JavaScript that prints as this value, or the nearest one and on which side of the value it lies. */
export function floatOf(value: Exact): { readonly number: number; readonly side: -1 | 0 | 1 } | undefined {
  const number = Number(textOf(value))
  const printed = exactOf(number)
  return printed && { number, side: compare(printed, value) }
}

function compare(left: Exact, right: Exact): -1 | 0 | 1 {
  const scale = Math.max(left.scale, right.scale)
  const a = left.digits * 10n ** BigInt(scale - left.scale)
  const b = right.digits * 10n ** BigInt(scale - right.scale)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Written out in full, without an exponent. */
export function textOf({ digits, scale }: Exact): string {
  if (scale === 0) return String(digits)
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** How many digits it takes to write the value. */
export function precisionOf({ digits }: Exact): number {
  const text = String(digits < 0n ? -digits : digits).replace(/0+$/, '')
  return Math.max(text.length, 1)
}
