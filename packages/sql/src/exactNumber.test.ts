import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exactOf, floatOf, precisionOf, textOf } from './exactNumber.js'

const decimal = (text: string): object => ({ [Symbol.toStringTag]: 'Decimal', toString: () => text })
const written = (value: unknown): string | undefined => {
  const exact = exactOf(value)
  return exact && textOf(exact)
}

describe('The exact value of a number', () => {
  it.each<[unknown, string | undefined]>([
    [0.1, '0.1'],
    [-0, '0'],
    [1e21, '1000000000000000000000'],
    [1.5e-7, '0.00000015'],
    [-12.5, '-12.5'],
    [10n ** 20n, '100000000000000000000'],
    [decimal('1.50'), '1.5'],
    [decimal('-1e-3'), '-0.001'],
    [Number.NaN, undefined],
    [Number.POSITIVE_INFINITY, undefined],
    ['1', undefined],
    [null, undefined],
  ])('%s is %s', (value, text) => {
    expect(written(value)).toBe(text)
  })

  it('equals the printed number, for every number', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        expect(Number(written(number))).toBe(number === 0 ? 0 : number)
        expect(floatOf(exactOf(number)!)).toEqual({ number: number === 0 ? 0 : number, side: 0 })
      }),
    )
  })

  it.each([
    ['1200', 2],
    ['0', 1],
    ['-0.0012', 2],
    ['100.001', 6],
  ])('of %s has %i digits', (text, digits) => {
    expect(precisionOf(exactOf(decimal(text))!)).toBe(digits)
  })
})
