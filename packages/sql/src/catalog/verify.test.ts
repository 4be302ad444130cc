import { describe, expect, it } from 'vitest'
import type { SqlColumn, SqlTables } from '../tables.js'
import { verify } from './verify.js'

const columns: Readonly<Record<string, SqlColumn>> = {
  tags: { name: 'tags', nullable: false, type: { kind: 'list', of: { kind: 'text', exact: true }, nullIsEmpty: true } },
  title: { name: 'title', nullable: false, type: { kind: 'text', exact: true } },
}
const tables: SqlTables = {
  table: (model) => ({ path: [model.toLowerCase()], key: [], restrictions: [] }),
  field: (_, name) => ({ kind: 'column', column: columns[name]! }),
  instances: () => 'all',
}
const fields = Object.keys(columns)
const models = new Map([
  ['Note', fields],
  ['Stats', fields],
])

/** A catalog in which every column can be null. */
const query = (mode: string) => async (sql: string) => {
  if (sql.includes('sql_mode')) return [{ mode }]
  if (!sql.includes('information_schema.COLUMNS')) return []
  return ['note', 'stats'].flatMap((table) =>
    fields.map((column) => ({ schema: 'app', table, column, type: 'text', nullable: 'YES' })),
  )
}

describe('A verified database', () => {
  it.each<[string, readonly string[]]>([
    ['STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION', []],
    ['', ['strict mode']],
    ['STRICT_ALL_TABLES,PAD_CHAR_TO_FULL_LENGTH', ['blanks']],
  ])('has the modes that change values: %j', async (mode, expected) => {
    const promises = {
      dialect: 'mysql',
      tables,
      models: new Map(),
      views: new Set<string>(),
      zonedAsUtc: true,
    } as const
    const { problems } = await verify(promises, query(mode))
    expect(problems.map(({ kind, message }) => [kind, message])).toEqual(
      expected.map((text) => ['mode', expect.stringContaining(text)]),
    )
  })

  it('has columns that can be null, but no lists and no views', async () => {
    const promises = { dialect: 'mysql', tables, models, views: new Set(['Stats']), zonedAsUtc: true } as const
    const { problems } = await verify(promises, query('STRICT_TRANS_TABLES'))
    expect(problems).toMatchObject([{ kind: 'nullable', model: 'Note', field: 'title' }])
  })
})
