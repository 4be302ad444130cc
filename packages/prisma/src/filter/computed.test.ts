import { type Operand, Source } from '@arcturus/core/filters'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computedOf } from './computed.js'
import { computedTest, doubleValues, wholeValues } from './ranges.js'
import { alternativesOf, type ColumnTest } from './test.js'

const span = { source: new Source(''), start: 0, end: 0 }
const type = { model: 'Post', exact: true, scalar: undefined, list: false, nullable: false }
const column: Operand = {
  kind: 'path',
  root: { kind: 'resource', name: 'post', model: 'Post', type },
  steps: [{ name: 'n', model: 'Post', span }],
}
const number = (value: number, float = false): Operand => ({ kind: 'value', value, ...(float && { float }) })
type Arithmetic = Extract<Operand, { kind: 'arithmetic' }>
const compute = (left: Operand, operator: Arithmetic['operator'], right: Operand): Arithmetic => {
  return { kind: 'arithmetic', operator, left, right, span }
}

const range = { from: -40n, to: 40n }
const all = Array.from({ length: 81 }, (_, at) => at - 40)
const doubles = [...all, 0.1, -0.1, 0.25, 0.30000000000000004, 1e-300, -1e15, 12345.678, -0, Number.MIN_VALUE]
const operators = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
} as const satisfies Record<string, (a: number, b: number) => boolean>

/** The numbers that a test of a column lets through. */
function passed(test: ColumnTest | undefined, side: 'yes' | 'no', of = all): number[] | undefined {
  if (test === undefined) return undefined
  if (typeof test === 'string') return (test === 'always') === (side === 'yes') ? of : []
  const holds = {
    equals: operators['='],
    gte: operators['>='],
    gt: operators['>'],
    lt: operators['<'],
    lte: operators['<='],
  }
  return of.filter((one) =>
    alternativesOf(test)[side].some((filter) =>
      Object.entries(filter).every(([name, limit]) => holds[name as 'lt'](one, limit as number)),
    ),
  )
}

const constants = [0, 1, -2, 3, 7, 0.1, 0.5, -2.5, 1e16]
const someNumber = fc.constantFrom(...constants).chain((value) => fc.boolean().map((float) => number(value, float)))
const arithmetic = fc
  .array(fc.tuple(fc.constantFrom('+', '-', '*', '/'), someNumber, fc.boolean()), { minLength: 1, maxLength: 3 })
  .map((parts) =>
    parts.reduce<Operand>(
      (left, [operator, right, isTurned]) =>
        isTurned && (operator !== '/' || left === column)
          ? compute(right, operator, left)
          : compute(left, operator, right),
      column,
    ),
  )

function evaluated(operand: Operand, at: number): number {
  if (operand.kind === 'value') return Number(operand.value)
  if (operand.kind !== 'arithmetic') return at
  const [left, right] = [evaluated(operand.left, at), evaluated(operand.right, at)]
  const results = {
    '+': left + right,
    '-': left - right,
    '*': left * right,
    '/': left / right,
    mod: Number.NaN,
    rem: Number.NaN,
  }
  return results[operand.operator]
}

describe('Arithmetic of one column', () => {
  it('is printed as the values for which it holds', () => {
    let asked = 0
    fc.assert(
      fc.property(arithmetic, fc.constantFrom(...Object.keys(operators)), someNumber, (left, operator, right) => {
        const compare = operators[operator as '=']
        const limit = Number((right as { value: unknown }).value)
        const computed = computedOf(left as Arithmetic, right)
        const test = computed && computedTest(computed, operator as '=', limit, wholeValues(range))
        // What is whole is computed exactly, and not in doubles: these numbers are small enough to be both, but for one.
        if (!test || JSON.stringify(left).includes('10000000000000000')) return
        asked++
        const expected = all.filter((one) => compare(evaluated(left, one), limit))
        expect(passed(test, 'yes')).toEqual(expected)
        expect(passed(test, 'no')).toEqual(all.filter((one) => !expected.includes(one)))
      }),
      { numRuns: 2_000 },
    )
    expect(asked).toBeGreaterThan(500)
  })

  it('of a column of floats is printed as the values for which it holds', () => {
    let asked = 0
    fc.assert(
      fc.property(arithmetic, fc.constantFrom(...Object.keys(operators)), someNumber, (left, operator, right) => {
        const limit = Number((right as { value: unknown }).value)
        const computed = computedOf(left as Arithmetic, right)
        const test =
          computed &&
          !computed.breaks &&
          computedTest(computed, operator as '=', limit, doubleValues(Number, undefined))
        if (!test) return
        asked++
        const expected = doubles.filter((one) => operators[operator as '='](evaluated(left, one), limit))
        expect(passed(test, 'yes', doubles)).toEqual(expected)
        expect(passed(test, 'no', doubles)).toEqual(doubles.filter((one) => !expected.includes(one)))
      }),
      { numRuns: 2_000 },
    )
    expect(asked).toBeGreaterThan(500)
  })

  it('is exact for integers, and as in doubles for floats', () => {
    const asked = (float: boolean) => {
      const left = compute(column, '+', number(2 ** 53 - 1, float))
      const computed = computedOf(left, number(2 ** 53 - 1))!
      return passed(computedTest(computed, '>', 2 ** 53, wholeValues(range)), 'yes')![0]
    }
    expect([asked(false), asked(true)]).toEqual([2, 3])
  })

  it.each<[string, Arithmetic]>([
    ['a column that stands twice', compute(column, '-', column)],
    ['a division by more than the column', compute(number(1), '/', compute(column, '-', number(3)))],
    ['a remainder', compute(column, 'mod', number(2))],
    ['a product that is no number anywhere', compute(compute(column, '/', number(0)), '*', number(0))],
  ])('is left to others for %s', (_, operand) => {
    const computed = computedOf(operand, number(1))
    expect(computed && computedTest(computed, '<', 1, wholeValues(range))).toBe(undefined)
  })
})
