import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, matches, type Operand } from '@arcturus/core/filters'
import type { SqlColumn, SqlDialect, SqlTables } from '@arcturus/sql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SqlType } from '../../packages/sql/src/tables.js'
import { resourceOf, span, value, variableOf } from '../orm/conditions.js'
import { plainRows, type Row } from '../orm/graph.js'
import { openDatabases } from '../prisma/databases.js'
import { type Client, clientOf, known, Prisma } from '../prisma/documents.js'
import { idsOf, printQuery } from './query.js'

/** A column as each database declares it (undefined: it has none such), how a policy sees it, and its values. */
interface Sample {
  readonly sql: Readonly<Record<SqlDialect, string | undefined>>
  readonly type: (dialect: SqlDialect) => SqlType
  /** The type of a value, as PostgreSQL writes it. */
  readonly cast?: string
  /** As checks see them, and as they are inserted where that is different. */
  readonly values: readonly (unknown | { readonly seen: unknown; readonly sql: string })[]
  /** Further values to compare them with. */
  readonly others: readonly unknown[]
}

const everywhere = (sql: string): Sample['sql'] => ({ sqlite: sql, postgresql: sql, mysql: sql })
const date = (text: string): Date => new Date(`${text}Z`)
const decimal = (text: string) => new Prisma.Decimal(text)
const words = [
  'a',
  'A',
  'á',
  'a ',
  ' a',
  'ab',
  '',
  '100%',
  '100x',
  'a_b',
  'axb',
  'a\\b',
  "o'b",
  '"',
  '😀',
  '\uE000',
  '\uFFFD',
  'ß',
  'ss',
]
const parts = ['a', 'A', '%', '_', '\\', ' ', "'", '😀', 'b', '0%', '', '*', '[', '?', 'longer than any of them']

const samples: Readonly<Record<string, Sample>> = {
  flag: { sql: everywhere('BOOLEAN'), type: () => ({ kind: 'boolean' }), values: [true, false], others: [1, 'true'] },
  whole: {
    sql: everywhere('INTEGER'),
    type: () => ({ kind: 'integer', from: -(2n ** 31n), to: 2n ** 31n - 1n, bigint: false }),
    values: [-1, 0, 1, 2, 2 ** 31 - 1],
    others: [
      1.5,
      -0.5,
      1n,
      2 ** 40,
      -(2 ** 40),
      10n ** 30n,
      Number.NaN,
      Infinity,
      -Infinity,
      decimal('1.0'),
      decimal('0.5'),
      'a',
      true,
    ],
  },
  big: {
    sql: everywhere('BIGINT'),
    type: () => ({ kind: 'integer', from: -(2n ** 63n), to: 2n ** 63n - 1n, bigint: true }),
    values: [-1n, 0n, 2n ** 60n, 2n ** 60n + 1n, 2n ** 63n - 1n],
    others: [2 ** 60, 0, 0.5, 2n ** 63n, -(2n ** 63n), 1e30],
  },
  number: {
    sql: { sqlite: 'REAL', postgresql: 'DOUBLE PRECISION', mysql: 'DOUBLE' },
    type: () => ({ kind: 'float', single: false }),
    cast: 'double precision',
    values: [-1.5, 0, 0.1, 0.1 + 0.2, 0.3, 1e20, 123456789.123456, 5e-324, 1.7976931348623157e308],
    others: [-0, 1n, 10n ** 20n, decimal('0.1'), decimal('0.10000000000000000001'), 2n ** 60n + 1n, Number.NaN],
  },
  amount: {
    sql: everywhere('DECIMAL(30, 4)'),
    type: (dialect) => ({ kind: 'decimal', digits: dialect === 'postgresql' ? Infinity : 15 }),
    cast: 'decimal',
    values: ['-1.5', '0', '0.1', '12.34', '1000000.01'].map(decimal),
    others: [
      0.1,
      12n,
      12.34,
      decimal('12.340'),
      decimal('12.345'),
      decimal('0.1000000000000000000001'),
      Number.NaN,
      1e15,
    ],
  },
  folded: {
    sql: {
      sqlite: 'TEXT COLLATE NOCASE',
      postgresql: 'TEXT COLLATE folded',
      mysql: 'VARCHAR(191) COLLATE utf8mb4_general_ci',
    },
    type: () => ({ kind: 'text', exact: false }),
    values: words,
    others: ['B', 'aa', 1, '\uD800'],
  },
  exact: {
    sql: { sqlite: 'TEXT', postgresql: 'TEXT', mysql: 'VARCHAR(191) COLLATE utf8mb4_nopad_bin' },
    type: () => ({ kind: 'text', exact: true, collation: 'utf8mb4_nopad_bin' }),
    values: words,
    others: ['B', 'aa', true, '\uD800'],
  },
  level: {
    sql: { sqlite: 'TEXT', postgresql: 'level', mysql: "ENUM('low', 'mid', 'High')" },
    type: () => ({
      kind: 'enum',
      values: new Map([
        ['low', 'low'],
        ['middle', 'mid'],
        ['High', 'High'],
      ]),
    }),
    cast: 'level',
    values: [
      { seen: 'low', sql: "'low'" },
      { seen: 'middle', sql: "'mid'" },
      { seen: 'High', sql: "'High'" },
    ],
    others: ['mid', 'LOW', 'h', 'z', '', 1],
  },
  uuid: {
    sql: { sqlite: undefined, postgresql: 'UUID', mysql: 'UUID' },
    type: () => ({ kind: 'uuid' }),
    cast: 'uuid',
    values: [
      '6f9619ff-8b86-d011-b42d-00c04fc964ff',
      '00000000-8b86-d011-b42d-00c04fc964ff',
      'ffffffff-0000-0000-0000-000000000001',
    ],
    others: ['6F9619FF-8B86-D011-B42D-00C04FC964FF', 'none', ''],
  },
  day: {
    sql: { sqlite: undefined, postgresql: 'DATE', mysql: 'DATE' },
    type: () => ({ kind: 'date', precision: 'days' }),
    cast: 'date',
    values: ['2024-02-29', '2024-03-01', '1969-12-31'].map((day) => ({
      seen: date(`${day}T00:00:00`),
      sql: `'${day}'`,
    })),
    others: [date('2024-02-29T00:00:00.001'), date('2024-02-28T23:59:59.999')],
  },
  at: {
    sql: { sqlite: 'DATETIME', postgresql: 'TIMESTAMP(3)', mysql: 'DATETIME(3)' },
    type: () => ({ kind: 'date', precision: 'milliseconds' }),
    cast: 'timestamp(3)',
    values: ['2020-01-01T00:00:00.000', '2020-01-01T00:00:00.001', '1969-06-30T12:00:00.000'].map(date),
    others: [date('2024-01-01T00:00:00'), new Date(0)],
  },
  fine: {
    sql: { sqlite: undefined, postgresql: 'TIMESTAMP(6)', mysql: 'DATETIME(6)' },
    type: () => ({ kind: 'date', precision: 'finer' }),
    cast: 'timestamp(6)',
    values: ['2024-02-29 10:00:00.123456', '2024-02-29 10:00:00.124000', '2024-02-29 10:00:00.122999'].map((text) => ({
      seen: date(text.slice(0, -3).replace(' ', 'T')),
      sql: `'${text}'`,
    })),
    others: ['.123', '.124', '.122', '.1'].map((rest) => date(`2024-02-29T10:00:00${rest}`)),
  },
  tags: {
    sql: { sqlite: undefined, postgresql: 'TEXT[]', mysql: undefined },
    type: () => ({ kind: 'list', of: { kind: 'text', exact: true }, nullIsEmpty: false }),
    values: [],
    others: [],
  },
}
const orders = ['<', '<=', '>', '>='] as const
const databases = await openDatabases('sqlcolumns', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Columns in SQL on $name', (database) => {
  const dialect = known(database.provider)
  const here = Object.entries(samples).filter(([, { sql }]) => sql[dialect] !== undefined)
  const columns = new Map(
    here.flatMap(([name, { type }]): [string, SqlColumn][] =>
      [name, `${name}2`].map((one) => [one, { name: one, nullable: true, type: type(dialect) }]),
    ),
  )
  const id: SqlColumn = {
    name: 'id',
    nullable: false,
    type: { kind: 'integer', from: 0n, to: 2n ** 31n, bigint: false },
  }
  const tables: SqlTables = {
    table: () => ({ path: ['sample'], key: [id], restrictions: [] }),
    field: (_, name) => {
      const column = columns.get(name)
      return column && { kind: 'column', column }
    },
    instances: () => 'all',
  }
  const quote = (name: string): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const resource = resourceOf('Sample')
  const column = (name: string): Operand => ({ kind: 'path', root: resource, steps: [{ name, model: 'Sample', span }] })
  const rows: Row[] = []
  let prisma: Client

  beforeAll(async () => {
    await database.execute([
      ...(dialect === 'postgresql'
        ? [
            "CREATE TYPE level AS ENUM ('low', 'mid', 'High')",
            "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level1', deterministic = false)",
          ]
        : []),
      `CREATE TABLE ${quote('sample')} (id INTEGER PRIMARY KEY, ${here.map(([name, { sql }]) => `${quote(name)} ${sql[dialect]}, ${quote(`${name}2`)} ${sql[dialect]}`).join(', ')})`,
    ])
    prisma = clientOf(database)
    for (const [name, { values, cast }] of here) {
      const all = [...values, null]
      for (const [at, one] of all.entries()) {
        // Each value beside itself, beside another one, and beside null.
        for (const other of new Set([one, all[(at + 1) % all.length], null])) await insert(name, [one, other], cast)
      }
    }
  }, 120_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  }, 60_000)

  async function insert(name: string, values: readonly unknown[], cast: string | undefined): Promise<void> {
    const row: Row = { id: rows.length + 1 }
    for (const one of columns.keys()) row[one] = null
    const sent: unknown[] = []
    const written = values.map((one, at) => {
      const literal = isLiteral(one) ? one : undefined
      row[at === 0 ? name : `${name}2`] = literal ? literal.seen : one
      if (literal) return literal.sql
      sent.push(one)
      if (dialect !== 'postgresql') return '?'
      return cast === undefined ? `$${sent.length}` : `CAST($${sent.length} AS ${cast})`
    })
    rows.push(row)
    const statement = `INSERT INTO ${quote('sample')} (id, ${quote(name)}, ${quote(`${name}2`)}) VALUES (${row['id']}, ${written.join(', ')})`
    await prisma.$executeRawUnsafe(statement, ...sent)
  }

  /** @returns whether it is printed; refused with the right error otherwise */
  async function agrees(condition: Definite): Promise<boolean> {
    let query: ReturnType<typeof printQuery>
    try {
      query = printQuery(condition, dialect, tables, ({ type, name }) => {
        const { cast } = samples[name.replace(/2$/, '')] ?? {}
        return cast === undefined || type.kind === 'text' ? undefined : type.kind === 'list' ? `${cast}[]` : cast
      })
    } catch (error) {
      expect(error).toBeInstanceOf(UnsupportedFilterError)
      return false
    }
    const found = await idsOf(prisma, dialect, 'sample', query)
    const expected = rows.filter((row) => matches(condition, row, plainRows)).map((row) => row['id'])
    expect(found, `${query.sql} ${String(query.values)}`).toEqual(expected)
    return true
  }

  it.each(here.filter(([, { values }]) => values.length > 0))(
    'are compared with values as a check does: %s',
    async (name, { values, others }) => {
      const all = [...values.map((one) => (isLiteral(one) ? one.seen : one)), ...others]
      const kind = typeof all[0]
      const conditions = all.flatMap((one): Definite[] => [
        ...(['=', '!=', ...(typeof one === kind || kind === 'object' ? orders : [])] as const).map(
          (operator): Definite => ({ kind: 'compare', operator, left: column(name), right: value(one), span }),
        ),
      ])
      const lists = [all, all.slice(0, 2), [...all.slice(1, 3), null], [null], []].map(
        (list): Definite => ({ kind: 'in', item: column(name), list: value(list), span }),
      )
      let asked = 0
      for (const condition of [...conditions, ...lists, ...lists.map((of) => ({ kind: 'not', of }) as Definite)])
        if (await agrees(condition)) asked++
      expect(asked).toBeGreaterThan((conditions.length + lists.length) * 0.7)
    },
    60_000,
  )

  it.each(here.filter(([, { values }]) => values.length > 0))(
    'are compared with each other as a check does: %s',
    async (name) => {
      let asked = 0
      for (const operator of ['=', '!=', ...orders] as const) {
        if (await agrees({ kind: 'compare', operator, left: column(name), right: column(`${name}2`), span })) asked++
      }
      expect(asked).toBe(name === 'fine' && dialect === 'mysql' ? 0 : 6)
    },
    60_000,
  )

  const textual = here.flatMap(([name]) => (['folded', 'exact', 'level', 'uuid'].includes(name) ? [name] : []))
  it.each(textual)(
    'hold texts that are looked into by code point: %s',
    async (name) => {
      for (const operator of ['startsWith', 'endsWith', 'includes'] as const) {
        for (const part of [...parts.map(value), value(null), column(`${name}2`)]) {
          const text = { kind: 'text', operator, of: column(name), part, span } as const
          expect(await agrees(text)).toBe(true)
          expect(await agrees({ kind: 'not', of: text })).toBe(true)
        }
        expect(await agrees({ kind: 'text', operator, of: value('A á 100%\\a_b'), part: column(name), span })).toBe(
          true,
        )
      }
    },
    60_000,
  )

  it('of different types are compared if exact, and rejected otherwise', async () => {
    const names = here.map(([name]) => name).filter((name) => name !== 'tags')
    let asked = 0
    for (const [at, left] of names.entries()) {
      for (const right of names.slice(at + 1)) {
        if (isText(left) !== isText(right) || isNumber(left) !== isNumber(right) || (!isText(left) && !isNumber(left)))
          continue
        for (const operator of ['=', '<'] as const)
          if (await agrees({ kind: 'compare', operator, left: column(left), right: column(right), span })) asked++
      }
    }
    expect(asked).toBeGreaterThan(10)
  }, 60_000)

  it.skipIf(dialect !== 'postgresql')('hold lists that are tested for their elements', async () => {
    for (const list of [['a', 'A'], [], ['a '], ['b', 'b']]) await insertList(list)
    const each = variableOf('each', undefined)
    const element: Operand = { kind: 'path', root: each, steps: [] }
    for (const one of ['a', 'a ', 'A', 'c', null]) {
      const has: Definite = { kind: 'in', item: value(one), list: column('tags'), span }
      const some: Definite = {
        kind: 'some',
        each,
        from: column('tags'),
        where: { kind: 'compare', operator: one === 'c' ? '!=' : '=', left: element, right: value(one), span },
        span,
      }
      const present: Definite = { kind: 'compare', operator: '!=', left: column('tags'), right: value(null), span }
      for (const condition of [has, some, { kind: 'not', of: has } as const, { kind: 'not', of: some } as const])
        expect(await agrees({ kind: 'and', of: [present, condition] })).toBe(true)
    }
    const count: Operand = { kind: 'count', of: column('tags') as Extract<Operand, { kind: 'path' }> }
    const present: Definite = { kind: 'compare', operator: '!=', left: column('tags'), right: value(null), span }
    for (const operator of ['=', '>', '!='] as const)
      expect(
        await agrees({ kind: 'and', of: [present, { kind: 'compare', operator, left: count, right: value(1), span }] }),
      ).toBe(true)
    const itself: Definite = { kind: 'in', item: column('exact'), list: column('tags'), span }
    expect(await agrees({ kind: 'and', of: [present, itself] })).toBe(true)
  })

  async function insertList(list: readonly string[]): Promise<void> {
    const row: Row = { id: rows.length + 1 }
    for (const one of columns.keys()) row[one] = null
    row['tags'] = list
    row['exact'] = 'a'
    rows.push(row)
    await prisma.$executeRawUnsafe(`INSERT INTO "sample" (id, "tags", "exact") VALUES (${row['id']}, $1, 'a')`, list)
  }
})

function isLiteral(one: unknown): one is { readonly seen: unknown; readonly sql: string } {
  return typeof one === 'object' && one !== null && 'seen' in one
}

function isText(name: string): boolean {
  return ['folded', 'exact', 'level', 'uuid'].includes(name)
}

function isNumber(name: string): boolean {
  return ['whole', 'big', 'number', 'amount'].includes(name)
}
