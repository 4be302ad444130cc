import { isDecimal } from '@arcturus/core/internal/sql'

/** An exact number: `digits` × 10^-`scale`. */
export interface ExactNumber {
  readonly digits: bigint
  readonly scale: number
}

/**
 * Returns the exact value of a number, a bigint or a decimal object. A JavaScript number has the
 * value that it prints as. Returns undefined for other values, NaN and the infinities.
 */
export function exactOf(value: unknown): ExactNumber | undefined {
  if (typeof value === 'bigint') return { digits: value, scale: 0 }
  if (Number.isSafeInteger(value)) return { digits: BigInt(value as number), scale: 0 }
  if (typeof value !== 'number' && !isDecimal(value)) return undefined
  const match = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i.exec(String(value))
  if (!match) return undefined
  const [, minus, whole = '', fraction = '', power = '0'] = match
  const scale = fraction.length - Number(power)
  const digits = BigInt(`${minus}${whole}${fraction}` || '0')
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : reduced(digits, scale)
}

function reduced(digits: bigint, scale: number): ExactNumber {
  let at = { digits, scale }
  while (at.scale > 0 && at.digits % 10n === 0n) at = { digits: at.digits / 10n, scale: at.scale - 1 }
  return at
}

export function floorOf({ digits, scale }: ExactNumber): bigint {
  const unit = 10n ** BigInt(scale)
  const quotient = digits / unit
  return digits % unit < 0n ? quotient - 1n : quotient
}

/**
 * Returns the JavaScript number that prints as this value. Otherwise returns the nearest number,
 * and on which side of the value it is.
 */
export function floatOf(value: ExactNumber): { readonly number: number; readonly side: -1 | 0 | 1 } | undefined {
  const number = Number(textOf(value))
  const printed = exactOf(number)
  return printed && { number, side: compareExact(printed, value) }
}

function compareExact(left: ExactNumber, right: ExactNumber): -1 | 0 | 1 {
  const scale = Math.max(left.scale, right.scale)
  const a = left.digits * 10n ** BigInt(scale - left.scale)
  const b = right.digits * 10n ** BigInt(scale - right.scale)
  return a < b ? -1 : a > b ? 1 : 0
}

/** Writes the number in full, without an exponent. */
export function textOf({ digits, scale }: ExactNumber): string {
  if (scale === 0) return String(digits)
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  return `${digits < 0n ? '-' : ''}${text.slice(0, -scale)}.${text.slice(-scale)}`
}

/** Returns the number of digits that the value needs. */
export function precisionOf({ digits }: ExactNumber): number {
  const text = String(digits < 0n ? -digits : digits).replace(/(?<!0)0+$/, '')
  return Math.max(text.length, 1)
}
