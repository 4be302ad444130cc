import { describe, expect, it } from 'vitest'
import type { SqlDialect } from './dialect.js'
import { keepsValues, type StoredType } from './stored.js'

const at = (text: string) => new Date(`${text}Z`)
const decimal = (text: string) => ({ toFixed: () => text, toString: () => text, [Symbol.toStringTag]: 'Decimal' })
const day = '2026-01-02T'
const both: readonly SqlDialect[] = ['postgresql', 'mysql']

type Case = readonly [
  type: Omit<StoredType, 'dialect'>,
  dialects: readonly SqlDialect[],
  kept: readonly unknown[],
  others: readonly unknown[],
]

const cases: readonly Case[] = [
  [{ name: 'varchar', size: 5 }, both, ['admin', '', 'ad ', '𝒳𝒳𝒳𝒳𝒳'], ['admin ', 'admins', 'a\0', '\ud800']],
  [{ name: 'character varying' }, ['postgresql'], ['x'.repeat(9999)], ['\0']],
  [{ name: 'varchar', size: 5 }, ['sqlite'], ['administrator '], ['a\0']],
  [{ name: 'char', size: 5 }, ['postgresql'], ['admin'], ['ab', 'admin ']],
  [{ name: 'char', size: 5 }, ['mysql'], ['admin', 'ab'], ['ab ', 'admin ', 'admins']],
  [{ name: 'tinytext' }, ['mysql'], ['x'.repeat(255)], ['x'.repeat(256), 'é'.repeat(128)]],
  [{ name: 'text' }, ['mysql'], ['x'.repeat(65_535)], ['x'.repeat(65_536)]],
  [{ name: 'text' }, ['postgresql', 'sqlite'], ['x'.repeat(65_536)], []],
  [{ name: 'year' }, ['mysql'], [1901, 2026, 2155], [70, 0, 1900, 2156]],
  [{ name: 'tinyint' }, ['mysql'], [-128, 127], [128]],
  [{ name: 'tinyint', unsigned: true }, ['mysql'], [0, 255], [-1, 256]],
  [{ name: 'smallint' }, both, [32_767], [32_768]],
  [{ name: 'int' }, both, [2 ** 31 - 1, -(2 ** 31), 5n], [2 ** 31]],
  [{ name: 'int', unsigned: true }, ['mysql'], [2 ** 32 - 1], [2 ** 32, -1]],
  [{ name: 'integer' }, ['sqlite'], [2 ** 40], [2 ** 60]],
  [{ name: 'bigint' }, both, [2n ** 63n - 1n, '9007199254740993', '-1'], [2n ** 63n, '01', '1.0', '+1', 2 ** 60]],
  [{ name: 'bigint', unsigned: true }, ['mysql'], ['18446744073709551615', 2n ** 64n - 1n], ['-1', 2n ** 64n]],
  [{ name: 'float4' }, ['postgresql'], [0.1, 1.5, 0, 123_456], [16_777_217, 0.123_456_7, 1e39, Number.NaN]],
  [{ name: 'float' }, ['mysql'], [0.1], [16_777_217]],
  [{ name: 'double precision' }, both, [0.1 + 0.2, 16_777_217], [Number.NaN, Number.POSITIVE_INFINITY]],
  [
    { name: 'decimal', size: 5, scale: 1 },
    both,
    [1, 1.5, 12n, decimal('1.50'), '1.0', '1234.5'],
    [1.04, 1.95, 12_345, decimal('1.04'), '1.04', '1', '01.0', '-0.0', '+1.0', '1e1'],
  ],
  [{ name: 'numeric' }, ['postgresql'], ['1', '1.50', '123456789012.5'], ['01', '1e2', ' 1']],
  [{ name: 'numeric', size: 4 }, ['postgresql'], ['1'], ['1.5', '12345']],
  [{ name: 'decimal' }, ['sqlite'], [1.5, 0.1], [decimal('1.0000000000000000001')]],
  [{ name: 'timestamp', size: 0 }, both, [at(`${day}00:00:01`)], [at(`${day}00:00:00.600`), at('0000-01-01T00:00:00')]],
  [{ name: 'timestamp', size: 1 }, both, [at(`${day}00:00:01.500`)], [at(`${day}00:00:00.960`)]],
  [{ name: 'timestamptz' }, ['postgresql'], [at(`${day}00:00:01.501`)], []],
  [{ name: 'datetime' }, ['mysql'], [at(`${day}00:00:01`)], [at(`${day}00:00:01.500`)]],
  [
    { name: 'timestamp', size: 3 },
    ['mysql'],
    [at('2038-01-19T03:14:07')],
    [at('2038-01-19T03:14:08'), at('1970-01-01T00:00:00')],
  ],
  [{ name: 'datetime' }, ['sqlite'], [at(`${day}00:00:01.501`)], ['2026-01-02']],
  [
    { name: 'date' },
    both,
    [at(`${day}00:00:00`), '2026-01-02'],
    [at(`${day}10:00:00`), '2026-1-2', '20260102', '2026-02-30'],
  ],
  [
    { name: 'time', size: 0 },
    both,
    [at('1970-01-01T10:00:00'), '10:00:00'],
    [at('1970-01-01T10:00:00.700'), at(`${day}10:00:00`), '10:00', '10:00:00.5'],
  ],
  [{ name: 'time' }, ['postgresql'], ['10:00:00.5'], ['10:00:00.50']],
  [{ name: 'time', size: 3 }, ['mysql'], ['10:00:00.500'], ['10:00:00.5', '10:00:00']],
  [{ name: 'uuid' }, both, ['a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'], ['A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11']],
  [{ name: 'bit', size: 3 }, ['postgresql'], ['101'], ['1', '1010']],
  [{ name: 'boolean' }, ['postgresql', 'sqlite'], [true], ['t', 1]],
]

describe('The table of stored values', () => {
  it.each(
    cases.flatMap(([type, dialects, ...values]) => dialects.map((dialect) => [dialect, type, ...values] as const)),
  )('knows what %s keeps in %j', (dialect, type, kept, others) => {
    const keeps = keepsValues({ ...type, dialect })
    expect(kept.filter((value) => keeps(value) !== true)).toEqual([])
    expect(others.filter((value) => keeps(value) !== false)).toEqual([])
  })

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['inet', ['10.0.0.1', '10.0.0.1/24', '255.255.255.255'], ['10.0.0.1/32', '010.0.0.1', '::FFFF:0', '::1']],
    ['money', [], ['1', '$1.00']],
    ['xml', [], ['<a/>']],
  ])('leaves other forms of %s to the database', (name, kept, others) => {
    const keeps = keepsValues({ dialect: 'postgresql', name })
    expect(kept.map(keeps)).toEqual(kept.map(() => true))
    expect(others.map(keeps)).toEqual(others.map(() => undefined))
  })

  it('keeps the instants that local clocks show once', () => {
    const zone = process.env['TZ']
    process.env['TZ'] = 'Europe/Berlin'
    try {
      const keeps = keepsValues({ dialect: 'mysql', name: 'datetime', size: 3, wall: true })
      expect(['2026-10-25T00:30:00.123', '2026-10-25T01:30:00.123'].map((text) => keeps(at(text)))).toEqual([
        true,
        false,
      ])
    } finally {
      if (zone === undefined) delete process.env['TZ']
      else process.env['TZ'] = zone
    }
  })
})
