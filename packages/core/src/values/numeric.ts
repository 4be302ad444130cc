/** A numeric value: a number, a bigint, or a decimal object of an ORM or of a decimal library. */
export type Numeric = number | bigint | Decimal

/**
 * An exact decimal number that prints itself: of decimal.js and similar libraries, including
 * Prisma.Decimal.
 */
export interface Decimal {
  toString(): string
  readonly [Symbol.toStringTag]: string
}

/** Returns whether a value is an object that represents an exact decimal number. */
export function isDecimal(value: unknown): value is Decimal {
  return typeof value === 'object' && (value as Partial<Decimal> | null)?.[Symbol.toStringTag] === 'Decimal'
}

export function isNumeric(value: unknown): value is Numeric {
  return typeof value === 'number' || typeof value === 'bigint' || isDecimal(value)
}

/**
 * Orders two numeric values exactly: negative, zero or positive; NaN if a side is not a number.
 * Beside a decimal, a JavaScript number has its printed value (0.1 equals the decimal 0.1).
 */
export function compareNumeric(left: Numeric, right: Numeric): number {
  if (typeof left === 'object' || typeof right === 'object') return compareDecimals(left, right)
  if (left < right) return -1
  if (left > right) return 1
  // JavaScript orders a bigint and a number exactly; if neither is less, they are equal unless one
  // is NaN
  return Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : 0
}

/**
 * Returns whether two numeric values are the same number, which is when `compareNumeric` returns
 * zero.
 */
export function isSameNumber(left: Numeric, right: Numeric): boolean {
  // neither is less, as in `compareNumeric`
  if (typeof left !== 'object' && typeof right !== 'object') return left <= right && left >= right
  const a = digitsOf(left)
  const b = digitsOf(right)
  return a && b ? String(a) === String(b) : Number(String(left)) === Number(String(right))
}

/**
 * The number sign × 0.digits × 10^exponent, without leading or trailing zeros. Zero has sign 0,
 * exponent 0 and no digits.
 */
type Digits = readonly [sign: number, exponent: number, digits: string]

function compareDecimals(left: Numeric, right: Numeric): number {
  const a = digitsOf(left)
  const b = digitsOf(right)
  if (a === undefined || b === undefined) {
    // an infinity or NaN, which JavaScript compares exactly with the nearest numbers
    const x = Number(String(left))
    const y = Number(String(right))
    return x < y ? -1 : x > y ? 1 : x === y ? 0 : Number.NaN
  }
  const [sign, exponent, digits] = a
  const [otherSign, otherExponent, otherDigits] = b
  if (sign !== otherSign) return sign - otherSign
  const magnitude = exponent - otherExponent || (digits < otherDigits ? -1 : digits > otherDigits ? 1 : 0)
  return sign * magnitude || 0
}

function digitsOf(value: Numeric): Digits | undefined {
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(String(value))
  if (!match) return undefined
  const [, minus, whole = '', fraction = '', power = '0'] = match
  const all = (whole + fraction).replace(/^0+/, '')
  const digits = all.replace(/(?<!0)0+$/, '')
  if (!digits) return [0, 0, '']
  return [minus ? -1 : 1, all.length - fraction.length + Number(power), digits]
}
