import { UnsupportedFilterError } from '@arcturus/core'
import { type Definite, type Operand, Schema, Source, type Subject } from '@arcturus/core/internal/prisma'
import type { PrintSql } from '@arcturus/sql/internal/prisma'
import { describe, expect, it } from 'vitest'
import { sqlDialectOf } from '../../database/sqlDialect.js'
import { readSchema } from '../../schema/readSchema.js'
import { Tables } from '../../schema/tables.js'
import { WherePrinter } from '../printer.js'
import { sqlTablesOf } from '../sqlTables.js'
import { IdQueries } from './idQuery.js'
import { Keys } from './keys.js'
import { Planner, type Strategy } from './plan.js'

const schemaOf = (provider: string) =>
  readSchema(`datasource db {
    provider = "${provider}"
  }
  enum Kind {
    open
    shut @map("closed")
  }
  model Post {
    id Int @id
    a  Int
    b  Int
    @@map("all \\"posts\\"")
    @@schema("main")
  }
  model Place {
    region String
    kind   Kind
    code   BigInt
    at     DateTime
    @@id([region, kind, code, at])
  }
  model Weight {
    grams Float @id
  }
  view Sum {
    total Int
  }`)

const span = { source: new Source(''), start: 0, end: 0 }
const resource: Subject = {
  kind: 'resource',
  name: 'resource',
  model: 'Post',
  type: { model: 'Post', exact: true, scalar: undefined, list: false, nullable: false },
}
const field = (name: string): Operand => ({ kind: 'path', root: resource, steps: [{ name, model: 'Post', span }] })
const equals = (left: string, value: unknown): Definite => {
  return { kind: 'compare', operator: '=', left: field(left), right: { kind: 'value', value }, span }
}
/** What no `where` says: a recursion. */
const recursion: Definite = {
  kind: 'reach',
  start: { kind: 'path', root: resource, steps: [] },
  each: { ...resource, kind: 'variable' },
  where: { kind: 'true' },
  steps: [],
  span,
}

/** Writes enough to see what is asked, and refuses `true`, so that something is refused. */
const print: PrintSql = (condition, options) => {
  const write = (one: Definite): string => {
    switch (one.kind) {
      case 'and':
      case 'or':
        // Values are taken from behind, so that they are not in the order of the text.
        return `(${one.of.toReversed().map(write).toReversed().join(` ${one.kind} `)})`
      case 'compare': {
        const { left, right } = one
        const found = left.kind === 'path' ? options.tables.field('Post', left.steps[0]!.name) : undefined
        if (found?.kind !== 'column' || right.kind !== 'value') throw new Error('not a test')
        return `${found.column.name} = ${options.parameter(right.value, found.column)}`
      }
      case 'reach':
        return 'reach'
      default:
        throw new UnsupportedFilterError('unsupported-filter', 'not in SQL', { span })
    }
  }
  return { with: '', joins: '', sql: write(condition), recursive: condition.kind === 'reach' }
}

function queriesOf(provider: string): IdQueries {
  const schema = schemaOf(provider)
  return new IdQueries(print, sqlTablesOf(schema), sqlDialectOf(schema)!)
}

describe('A query for keys', () => {
  it('selects the columns of the key and sends values in the order of the text', () => {
    const query = queriesOf('postgresql').write({ kind: 'and', of: [equals('a', 1n), equals('b', 2n)] }, 'Post', 9)
    expect(query).toEqual({
      model: 'Post',
      texts: [
        'SELECT "resource"."id" AS "key0" FROM "main"."all ""posts""" AS "resource" WHERE (a = ',
        ' and b = ',
        ') LIMIT 10',
      ],
      values: [1, 2],
    })
  })

  it('selects all columns of a key by the names of the database', () => {
    const { texts } = queriesOf('sqlite').write(recursion, 'Place', 9)
    expect(texts[0]).toContain('SELECT "resource"."region" AS "key0", "resource"."kind" AS "key1"')
  })

  it('lets recursion on MySQL and MariaDB go as deep as there are rows', () => {
    const written = queriesOf('mysql').write(recursion, 'Post', 9).texts.join('')
    expect(written).toMatch(
      /^\/\*M!100000 SET STATEMENT max_recursive_iterations=4294967295 FOR \*\/ SELECT \/\*\+ SET_VAR/,
    )
    expect(queriesOf('mysql').write(equals('a', 1), 'Post', 9).texts[0]).toMatch(/^SELECT `resource`\.`id` AS/)
  })

  it('is one query for each alternative, if that is asked for', () => {
    const write = (condition: Definite) => queriesOf('mysql').write(condition, 'Place', 9, true)
    const query = write({ kind: 'or', of: [equals('a', 1), equals('b', 2)] })
    const part = (column: string, at: number) =>
      `SELECT \`key0\`, \`key1\`, \`key2\`, \`key3\` FROM (SELECT \`resource\`.\`region\` AS \`key0\`, \`resource\`.\`kind\` AS \`key1\`, \`resource\`.\`code\` AS \`key2\`, \`resource\`.\`at\` AS \`key3\` FROM \`Place\` AS \`resource\` WHERE ${column} = ? LIMIT 10) AS \`part${at}\``
    expect(query.texts.join('?')).toBe(`${part('a', 0)} UNION ${part('b', 1)} LIMIT 10`)
    expect(query.values).toEqual([1, 2])
    expect(write({ kind: 'or', of: [equals('a', 1), recursion] }).texts.join()).not.toContain('UNION')
  })

  it.each([
    ['a model whose rows have no key', 'Sum', recursion, 'no-key'],
    ['more values than a query takes', 'Post', { kind: 'or', of: Array(40_000).fill(equals('a', 1)) }, 'bind-limit'],
  ] as const)('is rejected for %s', (_, model, condition, reason) => {
    expect(() => queriesOf('postgresql').write(condition as Definite, model, 9)).toThrow(
      expect.objectContaining({ code: 'unsupported-filter', data: { reason } }),
    )
  })
})

describe('Keys that were found', () => {
  const tables = new Tables(schemaOf('postgresql'))
  const whereOf = (model: string, rows: readonly object[]) => new Keys(tables.model(model)!, tables).where(rows)

  it('are a list of values', () => {
    expect(whereOf('Post', [{ key0: 1 }, { key0: 2n }])).toEqual({ id: { in: [1, 2] } })
    expect(whereOf('Post', [])).toBe(false)
  })

  it('of several columns are grouped by their first columns', () => {
    const at = '2020-01-01T00:00:00.000Z'
    const row = (key0: string, key1: string, key2: unknown, key3: unknown) => ({ key0, key1, key2, key3 })
    const rows = [
      row('eu', 'open', 1, at),
      row('eu', 'open', 2n, new Date(at)),
      row('eu', 'closed', 1n, at),
      row('us', 'open', 1n, at),
    ]
    const one = (code: bigint) => ({ code, AND: [{ at: { in: [new Date(at)] } }] })
    expect(whereOf('Place', rows)).toEqual({
      OR: [
        {
          region: 'eu',
          AND: [
            {
              OR: [
                { kind: 'open', AND: [{ OR: [one(1n), one(2n)] }] },
                { kind: 'shut', AND: [one(1n)] },
              ],
            },
          ],
        },
        { region: 'us', AND: [{ kind: 'open', AND: [one(1n)] }] },
      ],
    })
  })

  it.each([
    ['Weight', [], 'column-type'],
    ['Post', [{ key0: 'x' }], 'key'],
    ['Place', [{ key0: 'eu', key1: 'gone', key2: 1n, key3: new Date() }], 'key'],
  ])('are rejected if they may not find a row of %s', (model, rows, reason) => {
    expect(() => whereOf(model, rows)).toThrow(expect.objectContaining({ data: { reason } }))
  })
})

describe('A plan', () => {
  const planned = (condition: Definite, strategy: Strategy = 'auto', provider = 'sqlite') => {
    const schema = schemaOf(provider)
    const dialect = sqlDialectOf(schema)
    const queries = dialect && new IdQueries(print, sqlTablesOf(schema), dialect)
    const plan = new Planner(new WherePrinter(schema), queries, new Schema()).plan(condition, 'Post', strategy)
    const keys = plan.queries.map((_, at) => ({ id: { in: [at] } }))
    return {
      sql: plan.queries.map(({ texts }) => texts.join('?').replace(/.*WHERE | LIMIT.*/g, '')),
      where: plan.where(keys),
    }
  }
  const keys = { id: { in: [0] } }

  it.each<[string, Definite, ReturnType<typeof planned>]>([
    ['is a where where that is enough', equals('a', 1), { sql: [], where: { a: 1 } }],
    ['is the keys of what no where says', recursion, { sql: ['reach'], where: keys }],
    [
      'of alternatives finds only those that no where says, all in one query',
      { kind: 'or', of: [equals('a', 1), recursion, { kind: 'and', of: [recursion, equals('b', 1)] }] },
      { sql: ['(reach or (reach and b = ?))'], where: { OR: [{ a: 1 }, keys] } },
    ],
    [
      'of a conjunction finds the whole, which holds for fewer rows',
      { kind: 'and', of: [equals('a', 1), recursion] },
      { sql: ['(a = ? and reach)'], where: keys },
    ],
    [
      'leaves to the where what SQL does not say',
      { kind: 'and', of: [{ kind: 'true' }, equals('a', 1), recursion] },
      { sql: ['reach'], where: { AND: [{ a: 1 }, keys] } },
    ],
  ])('%s', (_, condition, expected) => {
    const { sql, where } = planned(condition)
    expect({ sql, where: JSON.parse(JSON.stringify(where).replaceAll('{"equals":1}', '1')) }).toEqual(expected)
  })

  it('is only keys with strategy `subquery`, except for all rows and none', () => {
    expect(planned(equals('a', 1), 'subquery')).toEqual({ sql: ['a = ?'], where: keys })
    expect(planned({ kind: 'false' }, 'subquery')).toEqual({ sql: [], where: { id: { in: [] } } })
  })

  it.each<[Strategy, string, Definite]>([
    ['where', 'recursion', recursion],
    [
      'where',
      'bind-limit',
      { kind: 'in', item: field('a'), list: { kind: 'value', value: Array.from(Array(901).keys()) }, span },
    ],
  ])('by %s is rejected for %s', (strategy, reason, condition) => {
    expect(() => planned(condition, strategy)).toThrow(expect.objectContaining({ data: { reason } }))
  })

  it('is rejected for a database without a SQL printer', () => {
    expect(() => planned(recursion, 'subquery', 'sqlserver')).toThrow(
      expect.objectContaining({ data: { reason: 'provider' } }),
    )
    expect(() => planned(recursion, 'auto', 'sqlserver')).toThrow(
      expect.objectContaining({ data: { reason: 'recursion' } }),
    )
  })

  it('is rejected for more keys than a where accepts', () => {
    const schema = schemaOf('sqlite')
    const { where } = new Planner(new WherePrinter(schema), queriesOf('sqlite'), new Schema()).plan(
      recursion,
      'Post',
      'auto',
    )
    const many = { id: { in: Array.from(Array(901).keys()) } }
    expect(() => where([many])).toThrow(expect.objectContaining({ data: { reason: 'bind-limit' } }))
  })

  it('leaves conditions on too many relations to SQL', () => {
    const where = (count: number) => ({ AND: Array(count).fill({ author: { is: { name: 'a' } } }) })
    const asserted = (provider: string, count: number) => () =>
      new WherePrinter(schemaOf(provider)).finish(where(count), 'Post')
    const tooLarge = expect.objectContaining({ data: { reason: 'too-large' } })
    expect(asserted('sqlite', 55)).not.toThrow()
    expect(asserted('sqlite', 56)).toThrow(tooLarge)
    expect(asserted('mysql', 56)).toThrow(tooLarge)
    expect(asserted('postgresql', 500)).not.toThrow()
  })
})
