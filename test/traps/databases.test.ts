import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntitySchema } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from '../typeorm/authorizedRows.js'
import { type Database, openDatabases } from '../typeorm/databases.js'

// What databases really do with a comparison, and this project's filter beside it, through TypeORM: SQL is what it writes there.
// README.md is the table.

const databases = await openDatabases('traps_sql', undefined, ['1'])
type Kind = Database['kind']

class Sample {
  id!: number
}

/** The actor. */
class Reader {
  readonly many = Array.from({ length: 70_000 }, (_, index) => index + 1)
}

const entityFor = (kind: Kind): EntitySchema<Sample> => {
  const number = { type: 'int', nullable: true } as const
  const text = { type: 'varchar', length: 20, nullable: true } as const
  return new EntitySchema<Sample>({
    name: 'Sample',
    target: Sample,
    tableName: 'samples',
    columns: {
      id: { type: 'int', primary: true },
      a: number,
      b: number,
      name: text,
      single: { type: kind === 'mysql' ? 'float' : 'real', nullable: true },
      padded: { type: kind === 'sqlite' ? 'character' : 'char', length: 5, nullable: true },
      level: { type: kind === 'sqlite' ? 'simple-enum' : 'enum', enum: ['low', 'high', 'middle'], nullable: true },
      parentId: { type: 'int', nullable: true },
    } as never,
    relations: {
      parent: { type: 'many-to-one', target: 'Sample', joinColumn: { name: 'parentId' }, nullable: true },
    } as never,
  })
}

const rows = [
  { id: 1, a: 5, b: 5, name: 'abc', single: 0.1, padded: 'ab', level: 'low' },
  { id: 2, a: null, b: null, name: 'ABC', single: 0.5, padded: 'ab', level: 'high' },
  { id: 3, a: 2_147_483_647, b: null, name: 'a%c', single: null, padded: null, level: 'middle' },
  { id: 4, a: 4, b: 5, name: null, single: null, padded: null, level: null },
]

type Rows = readonly number[] | 'throws' | 'refused'
type ByKind = Readonly<Record<Kind, Rows>>
const isByKind = (given: Rows | ByKind): given is ByKind => typeof given === 'object' && 'sqlite' in given

const lines: readonly {
  readonly line: string
  readonly traps: readonly (readonly [sql: string, rows: Rows | ByKind])[]
  readonly rules: readonly (readonly [condition: string, rows: Rows | ByKind])[]
}[] = [
  {
    line: 'NULL equals nothing, and each database has an equality of its own that takes it for a value',
    traps: [
      ['a = b', [1]],
      ['NOT a = b', [4]],
      ['a IS b', { sqlite: [1, 2], postgresql: 'throws', mysql: 'throws' }],
      ['a IS NOT DISTINCT FROM b', { sqlite: [1, 2], postgresql: [1, 2], mysql: 'throws' }],
      ['a <=> b', { sqlite: 'throws', postgresql: 'throws', mysql: [1, 2] }],
    ],
    rules: [
      ['sample.a = sample.b', [1, 2]],
      ['sample.a != sample.b', [3, 4]],
      ['not sample.a = sample.b', [3, 4]],
    ],
  },
  {
    line: 'a collation may ignore case, accents and trailing blanks',
    traps: [
      ["name = 'abc'", { sqlite: [1], postgresql: [1], mysql: [1, 2] }],
      ["name = 'ábc'", { sqlite: [], postgresql: [], mysql: [1, 2] }],
      ["name = 'abc  '", { sqlite: [], postgresql: [], mysql: [1, 2] }],
      ["name LIKE 'ab%'", { sqlite: [1, 2], postgresql: [1], mysql: [1, 2] }],
      ["name < 'a'", { sqlite: [2], postgresql: [2], mysql: [] }],
    ],
    rules: [
      ['sample.name = "abc"', [1]],
      ['sample.name != "abc"', [2, 3, 4]],
      ['sample.name = "ábc"', []],
      ['sample.name = "abc  "', []],
      ['sample.name in ["abc", "x"]', [1]],
      ['sample.name.startsWith("ab")', [1]],
      ['sample.name < "a"', [2]],
    ],
  },
  {
    line: '% and _ are wildcards of LIKE; SQLite ignores the case of ASCII letters in it, and knows no escape unless told',
    traps: [
      ["name LIKE 'a%c'", { sqlite: [1, 2, 3], postgresql: [1, 3], mysql: [1, 2, 3] }],
      ["name LIKE 'a\\%c'", { sqlite: [], postgresql: [3], mysql: [3] }],
      ["name LIKE 'a!%c' ESCAPE '!'", [3]],
      ["name LIKE 'A!%C' ESCAPE '!'", { sqlite: [3], postgresql: [], mysql: [3] }],
    ],
    rules: [
      ['sample.name != nil and sample.name.includes("%")', [3]],
      ['sample.name != nil and sample.name.startsWith("a%")', [3]],
      ['sample.name != nil and sample.name.endsWith("%C")', []],
      ['sample.name != nil and sample.name.includes("_")', []],
    ],
  },
  {
    line: 'a text is taken for a number where one is compared with it',
    traps: [['name = 0', { sqlite: [], postgresql: 'throws', mysql: [1, 2, 3] }]],
    rules: [
      ['sample.name = 0', []],
      ['sample.name in [0, false]', []],
      ['not sample.name = 0', [1, 2, 3, 4]],
    ],
  },
  {
    line: 'a number of single precision is not what was written',
    traps: [['single = 0.1', { sqlite: [1], postgresql: [], mysql: [] }]],
    rules: [['sample.single = 0.5', { sqlite: [2], postgresql: 'refused', mysql: 'refused' }]],
  },
  {
    line: 'char pads',
    traps: [
      ["padded = 'ab'", [1, 2]],
      ["padded = 'ab   '", { sqlite: [], postgresql: [1, 2], mysql: [1, 2] }],
    ],
    rules: [
      ['sample.padded = "ab"', { sqlite: [1, 2], postgresql: 'refused', mysql: 'refused' }],
      ['sample.padded = "ab   "', { sqlite: [], postgresql: 'refused', mysql: 'refused' }],
    ],
  },
  {
    line: 'integers divide to integers, and overflow',
    traps: [
      ['a / 2 = 2.5', { sqlite: [], postgresql: [], mysql: [1] }],
      ['a + 1 > 0', { sqlite: [1, 3, 4], postgresql: 'throws', mysql: [1, 3, 4] }],
      ['a / (a - 5) > 0', { sqlite: [3], postgresql: 'throws', mysql: [3] }],
    ],
    rules: [
      ['sample.a != nil and sample.a / 2 = 2.5', [1]],
      ['sample.a != nil and sample.a + 1 > 0', [1, 3, 4]],
      ['sample.a != nil and sample.a / (sample.a - 5) > 0', [1, 3]],
    ],
  },
  {
    line: 'an enum is ordered as it is declared',
    traps: [["level < 'low'", { sqlite: [2], postgresql: [], mysql: [2] }]],
    rules: [
      ['sample.level < "low"', [2]],
      ['sample.level >= "low"', [1, 3]],
    ],
  },
  {
    line: 'a list of thousands meets the limit of parameters',
    traps: [],
    rules: [
      ['sample.id in reader.many', { sqlite: 'refused', postgresql: [1, 2, 3, 4], mysql: 'refused' }],
      ['not sample.id in reader.many', { sqlite: 'refused', postgresql: [], mysql: 'refused' }],
    ],
  },
]

describe.each(databases)('$name', (database) => {
  let source: DataSource
  beforeAll(async () => {
    source = await database.open([entityFor(database.kind)])
    await source.getRepository(Sample).insert([...rows])
  }, 60_000)
  afterAll(() => database.close())

  const ids = (found: readonly { id: number }[]): number[] => found.map(({ id }) => id).sort((a, b) => a - b)
  function authorization(condition: string) {
    const authorizer = new Authorizer().registerClass(Reader)
    const made = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    const name = condition.includes('reader') ? 'reader' : '_'
    authorizer.loadSync(`allow(${name}: Reader, "read", sample: Sample) if ${condition};`)
    return made
  }
  const listed = (condition: string): Promise<Sample[]> =>
    authorizedRows(authorization(condition), new Reader(), 'read', Sample)
  const on = (given: Rows | ByKind): Rows => (isByKind(given) ? given[database.kind] : given)

  describe.each(lines)('$line', ({ traps, rules }) => {
    it.each(traps)('SQL: %s', async (sql, expected) => {
      const found = source.query<{ id: number }[]>(`SELECT id FROM samples WHERE ${sql}`)
      const wanted = on(expected)
      if (typeof wanted === 'string') await expect(found).rejects.toThrow()
      else expect(ids(await found)).toEqual(wanted)
    })

    it.each(rules)('this project: %s', async (condition, expected) => {
      const wanted = on(expected)
      if (typeof wanted === 'string')
        await expect(listed(condition)).rejects.toMatchObject({ code: 'unsupported-filter' })
      else expect(ids(await listed(condition))).toEqual(wanted)
    })
  })

  describe('a recursion has a limit', () => {
    const deep = 1_500
    beforeAll(async () => {
      await source.getRepository(Sample).insert(
        Array.from({ length: deep }, (_, index) => ({
          id: 1_000 + index,
          ...(index > 0 && { parentId: 999 + index }),
        })) as never[],
      )
    }, 60_000)
    const last = 999 + deep

    it('SQL: MariaDB ends it at 1,000 levels, and does not fail', async () => {
      // These connections keep the servers' defaults; the project's own are configured.
      const other = database.kind === 'mysql' ? await database.open([]) : source
      const parent = database.kind === 'postgresql' ? '"parentId"' : 'parentId'
      const [counted] = await other.query<{ total: number | string }[]>(
        `WITH RECURSIVE up(id) AS (
           SELECT ${parent} FROM samples WHERE id = ${last}
           UNION SELECT s.${parent} FROM samples s JOIN up ON s.id = up.id WHERE s.${parent} IS NOT NULL
         ) SELECT COUNT(*) AS total FROM up`,
      )
      expect(Number(counted?.total)).toBe(database.kind === 'mysql' ? 1_001 : deep - 1)
    })

    it('this project: a row with a distant ancestor is found, or the query fails', async () => {
      const below = 'below(sample: Sample) if sample.id = 1000; below(sample: Sample) if below(sample.parent);'
      const authorizer = new Authorizer().registerClass(Reader)
      const { authorizedQuery } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
      authorizer.loadSync(`allow(_: Reader, "read", sample: Sample) if below(sample); ${below}`)
      const found = await authorizedQuery(new Reader(), 'read', Sample, { alias: 's' })
        .andWhere('s.id >= :last', { last })
        .getMany()
      expect(ids(found)).toEqual([last])
    })
  })
})
