import type { Random } from './random.js'
import type { ScalarKind, ScalarValue } from './world.js'

/** Few values of each kind, so that random ones are often equal; among them what trips comparisons in databases. */
const pools: Readonly<Record<ScalarKind, readonly ScalarValue[]>> = {
  string: [
    '',
    'a',
    'b',
    'ab',
    'A',
    'a ',
    '%',
    '_',
    'a%',
    'nil',
    'null',
    'true',
    '1',
    '😀',
    '\uffff',
    'a\u0000',
    '"',
    '\\',
  ],
  integer: [0, 1, 2, 3, 5, -1, 10, { number: '-0' }],
  float: [0, 0.5, -0.5, 1, 2.5, 3, 123456789.5, { number: '-0' }],
  boolean: [true, false],
  date: [
    '1969-12-31T23:59:59.000Z',
    '2024-02-29T00:00:00.000Z',
    '2024-02-29T00:00:00.001Z',
    '2100-01-01T00:00:00.000Z',
  ].map((date) => ({ date })),
}

/** Some texts are met far more often than others: plain ones, and two that UTF-16 puts in another order than their code points. */
const usual: readonly string[] = ['a', 'b', 'ab', '', 'a', 'b', '😀', '\uffff']

export function scalarOf(random: Random, type: ScalarKind): ScalarValue {
  return type === 'string' && random.chance(0.6) ? random.pick(usual) : random.pick(pools[type])
}

/** The value in a policy; undefined for a date, which Polar has no word for. */
export function literalText(value: ScalarValue): string | undefined {
  if (value === null) return 'nil'
  switch (typeof value) {
    case 'string':
      return `"${[...value].map((char) => escapes[char] ?? char).join('')}"`
    case 'number':
      return Number.isInteger(value) && Math.abs(value) >= 2 ** 53 ? `${value.toExponential()}` : String(value)
    case 'boolean':
      return String(value)
    default:
      return 'number' in value ? '-0' : undefined
  }
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\u0000': '\\0' }
