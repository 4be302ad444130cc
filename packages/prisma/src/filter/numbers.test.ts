import { exactOf, floatOf, precisionOf, textOf } from '@arcturus/core/sql'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { int, integerEquals, integerOrder } from './numbers.js'
import { alternativesOf, type ColumnTest, type Order } from './test.js'

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

describe('A column of whole numbers', () => {
  const passes = (test: ColumnTest, number: number): boolean => {
    if (typeof test === 'string') return test === 'always'
    return alternativesOf(test).yes.some((filter) =>
      Object.entries(filter).every(([operator, limit]) => {
        const bound = Number(limit)
        return {
          equals: number === bound,
          lt: number < bound,
          lte: number <= bound,
          gt: number > bound,
          gte: number >= bound,
        }[operator]
      }),
    )
  }
  const compared = {
    '<': (a: number, b: number) => a < b,
    '<=': (a: number, b: number) => a <= b,
    '>': (a: number, b: number) => a > b,
    '>=': (a: number, b: number) => a >= b,
  }

  it('is compared as in JavaScript, and only with values that it can hold', () => {
    const other = fc.oneof(
      fc.integer({ min: -4, max: 4 }).map((half) => half / 2),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    const order = fc.constantFrom<Order>('<', '<=', '>', '>=')
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 3 }), other, order, (number, value, operator) => {
        const exact = exactOf(value)!
        expect(passes(integerOrder(operator, exact, int, Number), number)).toBe(compared[operator](number, value))
        expect(passes(integerEquals(exact, int, Number), number)).toBe(number === value)
      }),
    )
  })
})
