import type { Random } from './random.js'
import type { ScalarKind, ScalarValue } from './world.js'

/** What a column of an enum can hold, in the order in which the database has them. */
export const enumValues: readonly string[] = ['draft', 'active', 'Archived', 'a']

/** Few values of each kind, so that random ones are often equal; among them what trips comparisons in databases. */
const pools: Readonly<Record<ScalarKind, readonly ScalarValue[]>> = {
  string: [
    '',
    'a',
    'b',
    'ab',
    'A',
    'a ',
    ' a',
    'a\t',
    'é',
    'e\u0301',
    'É',
    'ß',
    'ss',
    'a\u200b',
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
    "'",
    '\\',
    'a\\',
    '\\%',
  ],
  // The last two are where a column of 32 bits ends.
  integer: [0, 1, 2, 3, 5, -1, 10, { number: '-0' }, 2147483647, -2147483648],
  float: [0, 0.5, -0.5, 0.1, 1, 2.5, 3, 123456789.5, 1e300, { number: '-0' }],
  boolean: [true, false],
  date: [
    '1969-12-31T23:59:59.000Z',
    '2024-02-29T00:00:00.000Z',
    '2024-02-29T00:00:00.001Z',
    '2100-01-01T00:00:00.000Z',
  ].map((date) => ({ date })),
  // Beyond 2 ** 53 some differ that a number does not tell apart.
  bigint: ['0', '1', '2', '-1', '9007199254740992', '9007199254740993', '-9223372036854775808'].map((bigint) => ({
    bigint,
  })),
  // One of them is written in two ways.
  decimal: ['0', '1', '2.5', '2.50', '0.1', '-0.3', '1000000.01'].map((decimal) => ({ decimal })),
  // In another order than by their text.
  enum: enumValues,
  uuid: [
    '00000000-0000-4000-8000-00000000000a',
    '00000000-0000-4000-8000-0000000000f0',
    'a1b2c3d4-e5f6-4789-8abc-def012345678',
  ],
}

/** Some texts are met far more often than others: plain ones, and two that UTF-16 puts in another order than their code points. */
const usual: readonly string[] = ['a', 'b', 'ab', '', 'a', 'b', '😀', '\uffff']

export function scalarOf(random: Random, type: ScalarKind): ScalarValue {
  return type === 'string' && random.chance(0.6) ? random.pick(usual) : random.pick(pools[type])
}

/** The value in a policy; undefined for what Polar has no word for: dates, and what no number of JavaScript is. */
export function literalText(value: ScalarValue | { readonly list: readonly ScalarValue[] }): string | undefined {
  if (value === null) return 'nil'
  switch (typeof value) {
    case 'string':
      return `"${[...value].map((char) => escapes[char] ?? char).join('')}"`
    case 'number':
      return Number.isInteger(value) && Math.abs(value) >= 2 ** 53 ? `${value.toExponential()}` : String(value)
    case 'boolean':
      return String(value)
    default:
      if ('list' in value) return `[${value.list.flatMap((one) => literalText(one) ?? []).join(', ')}]`
      if ('entries' in value) return dictionaryText(value.entries)
      if ('amount' in value) return undefined
      if ('number' in value) return wordOf(value.number)
      if ('bigint' in value) return Number.isSafeInteger(Number(value.bigint)) ? value.bigint : undefined
      return 'decimal' in value ? wordOf(value.decimal) : undefined
  }
}

const escapes: Readonly<Record<string, string>> = { '"': '\\"', '\\': '\\\\', '\n': '\\n', '\u0000': '\\0' }

function dictionaryText(entries: Readonly<Record<string, ScalarValue>>): string {
  const texts = Object.entries(entries).map(([name, value]) => `${name}: ${literalText(value) ?? '1'}`)
  return `{${texts.join(', ')}}`
}

/** A number as Polar writes it. */
function wordOf(number: string): string {
  return number.replace('Infinity', 'inf').replace('NaN', 'nan')
}
