import type { Definite, Operand } from '@arcturus/core/filters'
import type { SqlColumn, SqlDialect, SqlTables } from '@arcturus/sql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resourceOf, span, value } from '../orm/conditions.js'
import { openDatabases } from '../prisma/databases.js'
import { type Client, clientOf } from '../prisma/documents.js'
import { idsOf, printQuery } from './query.js'

const documents: readonly unknown[] = [
  ['a', 'B'],
  [],
  ['A', 'a ', 'á'],
  ['😀', '"', '\\', "'", 'é\n'],
  [['a']],
  [{ a: 'a' }, { value: 'a' }],
  [1, '1', true, 'true', null, 'null', 1.5],
  { a: 'a', 0: 'a' },
  'abc',
  'a',
  '😀b',
  '',
  1,
  true,
  null,
]
const items = ['a', 'A', 'á', 'a ', '1', 'true', 'null', '😀', '"', '\\', 'é\n', 'b', 'ab', 'abc', '']
const types: Readonly<Record<SqlDialect, readonly string[]>> = {
  sqlite: ['JSONB', 'TEXT'],
  postgresql: ['JSONB', 'JSON'],
  mysql: ['JSON', 'LONGTEXT'],
}
const path = (name: string): Operand => ({ kind: 'path', root: resource, steps: [{ name, model: 'Sample', span }] })
const resource = resourceOf('Sample')

/** As a check has it: an element of a list, or a character of a text. */
function isIn(item: string, document: unknown): boolean {
  if (Array.isArray(document)) return document.includes(item)
  return typeof document === 'string' && [...document].includes(item)
}

const databases = await openDatabases('json', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Texts in JSON of $name', (database) => {
  const dialect = database.provider as SqlDialect
  const columns: Readonly<Record<string, SqlColumn>> = Object.fromEntries([
    ...types[dialect].map((type) => [
      type,
      { name: type, nullable: true, type: { kind: 'other', name: type, nil: false, json: true } },
    ]),
    ['item', { name: 'item', nullable: false, type: { kind: 'text', exact: dialect !== 'mysql' } }],
  ])
  const id: SqlColumn = { name: 'id', nullable: false, type: { kind: 'integer', from: 0n, to: 100n, bigint: false } }
  const tables: SqlTables = {
    table: () => ({ path: ['sample'], key: [id], restrictions: [] }),
    field: (_, name) => ({ kind: 'column', column: columns[name]! }),
    instances: () => 'all',
  }
  const quote = (name: string): string => (dialect === 'mysql' ? `\`${name}\`` : `"${name}"`)
  const rows = documents.flatMap((document) => items.map((item) => ({ document, item })))
  let prisma: Client

  beforeAll(async () => {
    const [one, other] = types[dialect]
    const item = dialect === 'mysql' ? 'VARCHAR(20)' : 'TEXT'
    await database.execute([
      `CREATE TABLE sample (id INTEGER PRIMARY KEY, ${quote(one!)} ${one}, ${quote(other!)} ${other}, item ${item})`,
    ])
    prisma = clientOf(database)
    const place = (at: number, type: string) => (dialect === 'postgresql' ? `CAST($${at} AS ${type})` : '?')
    for (const [at, { document, item }] of rows.entries()) {
      const text = document === null ? null : JSON.stringify(document)
      const places = [place(1, one!), place(2, other!), place(3, 'TEXT')]
      await prisma.$executeRawUnsafe(`INSERT INTO sample VALUES (${at}, ${places.join(', ')})`, text, text, item)
    }
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  }, 60_000)

  const found = (condition: Definite): Promise<number[]> =>
    idsOf(prisma, dialect, 'sample', printQuery(condition, dialect, tables))
  const idsWhere = (holds: (row: (typeof rows)[number]) => boolean): number[] =>
    [...rows.entries()].filter(([, row]) => holds(row)).map(([at]) => at)
  const isIterable = ({ document }: { document: unknown }): boolean =>
    Array.isArray(document) || typeof document === 'string'

  describe.each(types[dialect])('%s', (type) => {
    const list = path(type)
    const iterable: Definite = {
      kind: 'or',
      of: ['List', 'String'].map((model) => ({ kind: 'isa', of: list, model, exact: false, span }) as const),
    }

    it.each([...items, 'longer than any'])('contain %j exactly as in a check', async (item) => {
      const has = { kind: 'in', item: value(item), list, span } as const
      expect(await found(has)).toEqual(idsWhere(({ document }) => isIn(item, document)))
      expect(await found({ kind: 'and', of: [iterable, { kind: 'not', of: has }] })).toEqual(
        idsWhere((row) => isIterable(row) && !isIn(item, row.document)),
      )
    })

    it('hold the text of a column', async () => {
      const has = { kind: 'in', item: path('item'), list, span } as const
      expect(await found(has)).toEqual(idsWhere(({ document, item }) => isIn(item, document)))
      expect(await found({ kind: 'and', of: [iterable, { kind: 'not', of: has }] })).toEqual(
        idsWhere((row) => isIterable(row) && !isIn(row.item, row.document)),
      )
    })

    it.each([1, true, null])('are not searched for %j', (item) => {
      expect(() => printQuery({ kind: 'in', item: value(item), list, span }, dialect, tables)).toThrow(
        expect.objectContaining({ data: { reason: 'column-type' } }),
      )
    })
  })
})
