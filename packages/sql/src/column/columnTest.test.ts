import { Source } from '@arcturus/core/internal/sql'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SqlType } from '../tables.js'
import { containing, equalTo, instanceOf, orderedTo } from './columnTest.js'
import type { Order, ValueTest } from './valueTest.js'

const span = { source: new Source(''), start: 0, end: 0 }
const columnOf = (type: SqlType) => ({ name: 'n', nullable: false, type })
const int = columnOf({ kind: 'integer', from: -(2n ** 31n), to: 2n ** 31n - 1n, bigint: false })
const float = columnOf({ kind: 'float', single: false })
const color = columnOf({ kind: 'enum', values: new Map(['red', 'green', 'blue'].map((name) => [name, name])) })

const compared = {
  '=': (a: number, b: number) => a === b,
  '<': (a: number, b: number) => a < b,
  '<=': (a: number, b: number) => a <= b,
  '>': (a: number, b: number) => a > b,
  '>=': (a: number, b: number) => a >= b,
}

function passes(test: ValueTest, number: number): boolean {
  if (test.kind === 'always' || test.kind === 'never') return test.kind === 'always'
  if (test.kind !== 'is') throw new Error(`A number has no test ${test.kind}`)
  return compared[test.operator](number, Number(test.value))
}

describe('a column of numbers', () => {
  const other = fc.oneof(
    fc.integer({ min: -4, max: 4 }).map((half) => half / 2),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  )
  const order = fc.constantFrom<Order>('<', '<=', '>', '>=')

  it.each([
    ['whole numbers', int],
    ['doubles', float],
  ])('is compared as in JavaScript, and only with values that it can hold: %s', (_, column) => {
    fc.assert(
      fc.property(fc.integer({ min: -3, max: 3 }), other, order, (number, value, operator) => {
        expect(passes(orderedTo(column, operator, value, span), number)).toBe(compared[operator](number, value))
        expect(passes(equalTo(column, value, span), number)).toBe(number === value)
      }),
    )
  })

  it('is compared with a large double exactly, as in JavaScript', () => {
    const big = columnOf({ kind: 'integer', from: -(2n ** 63n), to: 2n ** 63n - 1n, bigint: true })
    expect(equalTo(big, 2 ** 60, span)).toEqual({ kind: 'is', operator: '=', value: 2n ** 60n })
    expect(orderedTo(big, '<', 2 ** 60, span)).toEqual({ kind: 'is', operator: '<', value: 2n ** 60n })
  })

  it('is below every infinity if it has a range', () => {
    expect(orderedTo(int, '<', Number.POSITIVE_INFINITY, span)).toEqual({ kind: 'always' })
    expect(orderedTo(int, '<', Number.NEGATIVE_INFINITY, span)).toEqual({ kind: 'never' })
  })

  it('has neither values equal to NaN nor an order to it', () => {
    expect(equalTo(float, Number.NaN, span)).toEqual({ kind: 'never' })
    expect(orderedTo(float, '<', Number.NaN, span)).toEqual({ kind: 'never' })
  })
})

describe('a value of another type', () => {
  it('equals none of the values', () => {
    expect(equalTo(int, '1', span)).toEqual({ kind: 'never' })
    expect(equalTo(color, 1, span)).toEqual({ kind: 'never' })
  })

  it('is refused if its type is unknown, and in an order', () => {
    expect(() => equalTo(int, {}, span)).toThrow('The column "n" is compared with a value of another type.')
    expect(() => orderedTo(int, '<', '1', span)).toThrow('The column "n" is compared with a value of another type.')
  })
})

describe('an enum', () => {
  it('is ordered and searched by the names of its values', () => {
    expect(orderedTo(color, '<', 'green', span)).toEqual({ kind: 'is', operator: '=', value: 'blue' })
    expect(orderedTo(color, '<=', 'red', span)).toEqual({ kind: 'always' })
    expect(containing(color, 'includes', 'r', span)).toEqual({ kind: 'among', values: ['red', 'green'] })
  })
})

it('a number is an instance of both classes of numbers', () => {
  const classes = ['Integer', 'Float', 'String', 'Boolean']
  expect(classes.map((name) => instanceOf(float, name, span).kind)).toEqual(['always', 'always', 'never', 'never'])
  expect(() => instanceOf(columnOf({ kind: 'other', name: 'json' }), 'String', span)).toThrow('has the type json')
})
