import { ArcturusError, Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { typeOrmAuthorization, verifyDatabase } from '@arcturus/typeorm'
import { type DataSource, EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'

class Doc {
  declare id: number
}
class Reader {
  level = Number(undefined)
  forever = Number.POSITIVE_INFINITY
  text = 'a\'b\\" OR 1=1 -- '
}

type Column = EntitySchemaColumnOptions
const times: Readonly<Record<Database['kind'], Column>> = {
  sqlite: { type: 'datetime', nullable: true },
  postgresql: { type: 'timestamp', nullable: true },
  mysql: { type: 'datetime', precision: 3, nullable: true },
}
const entityFor = (kind: Database['kind']) =>
  new EntitySchema<Doc>({
    name: 'Doc',
    target: Doc,
    tableName: 'docs',
    synchronize: false,
    columns: {
      id: { type: 'int', primary: true },
      status: { type: 'varchar' },
      email: { type: 'varchar', unique: true },
      until: times[kind],
      since: kind === 'postgresql' ? { type: 'timestamptz', nullable: true } : times[kind],
      day: { type: 'date', nullable: true },
      ratio: { type: kind === 'mysql' ? 'double' : kind === 'sqlite' ? 'real' : 'double precision', nullable: true },
      amount: { type: 'decimal', precision: 38, scale: 19, nullable: true },
      meta: { type: kind === 'sqlite' ? 'simple-json' : 'json', nullable: true },
    } as Record<string, Column> as never,
  })

/** A table as another application could have made it, with rows that no entity writes. */
const tables: Readonly<Record<Database['kind'], readonly string[]>> = {
  sqlite: [
    'CREATE TABLE docs (id INTEGER PRIMARY KEY, status VARCHAR COLLATE NOCASE NOT NULL, email VARCHAR NOT NULL UNIQUE, until DATETIME, since DATETIME, "day" DATE, ratio REAL, amount DECIMAL, meta TEXT)',
    `INSERT INTO docs (id, status, email, until, "day") VALUES
      (1, 'open', 'a@x', '2030-01-01 00:00:00.000', '2024-01-01'), (2, 'OPEN', 'A@x', '2020-01-01 00:00:00', NULL),
      (3, 'open' || char(0) || 'x', 'a@x' || char(0), NULL, NULL), (4, 'o' || char(0) || 'pen', 'b@x', NULL, NULL), (5, 'a''b\\" OR 1=1 -- ', 'c@x', NULL, NULL)`,
  ],
  postgresql: [
    `CREATE COLLATION ignoring (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
    'CREATE TABLE docs (id int PRIMARY KEY, status varchar COLLATE ignoring NOT NULL, email text NOT NULL UNIQUE, until timestamp, since timestamptz, "day" date, ratio real, amount numeric(38,19), meta json)',
    `INSERT INTO docs (id, status, email, until, since, "day", ratio, amount, meta) VALUES
      (1, 'open', 'a@x', 'infinity', 'infinity', 'infinity', 'NaN', 'NaN', '{"a":1}'),
      (2, 'OPEN', 'A@x', '-infinity', '-infinity', '-infinity', 1, 0.1, '"x"'),
      (3, 'open ', 'a@x ', '0044-03-15 BC', '0044-03-15Z BC', '0044-03-15 BC', 'Infinity', 0.1000000000000000055, '5'),
      (4, 'öpen', 'b@x', '12345-01-01', '12345-01-01Z', '2024-01-01', NULL, NULL, NULL),
      (5, E'a''b\\\\" OR 1=1 -- ', 'c@x', '2024-11-03 01:30', '2024-11-03 06:30Z', NULL, 2, 1234567890123456789.5, NULL),
      (6, 'o', 'd@x', '2024-03-10 02:30', '2024-03-10 07:30Z', NULL, 2, 1234567890123456788.5, NULL),
      (7, 'far', 'e@x', '290000-01-01', '290000-01-01Z', NULL, 2, 1, NULL),
      (8, 'last', 'f@x', '275760-09-12 20:00:00', '275760-09-13Z', NULL, 2, 1, NULL),
      (9, 'after', 'g@x', '275760-09-12 20:00:00.001', '275760-09-13 00:00:00.001Z', NULL, 2, 1, NULL)`,
  ],
  mysql: [
    'CREATE TABLE docs (id int PRIMARY KEY, status varchar(50) COLLATE utf8mb4_bin NOT NULL, email varchar(50) NOT NULL UNIQUE, until datetime(3), since datetime(3), day date, ratio double, amount decimal(38,19), meta json)',
    `INSERT INTO docs (id, status, email, until, since, day, amount, meta) VALUES
      (1, 'open', 'a@x', '0000-00-00', '2024-00-10', '0000-00-00', 0.1, '{"a":1}'),
      (2, 'OPEN', 'b@x', '2030-01-01', '2020-01-01', '2024-00-10', 0.1000000000000000055, '"x"'),
      (3, 'open ', 'c@x', '2024-03-10 02:30', NULL, NULL, 1234567890123456789.5, '5'),
      (4, 'a''b\\\\\\\\" OR 1=1 -- ', 'd@x', '2024-11-03 01:30', NULL, NULL, 1234567890123456788.5, NULL)`.replace(
      '\\\\\\\\',
      '\\\\',
    ),
  ],
}

const conditions: Readonly<Record<string, string>> = {
  same: 'd.status = "open"',
  other: 'd.status != "open"',
  among: 'd.status in ["open", "o"]',
  notAmong: 'not d.status in ["open", "o"]',
  begins: 'd.status.startsWith("op")',
  ends: 'd.status.endsWith("n")',
  notEnds: 'not d.status.endsWith("n")',
  has: 'd.status.includes("pe")',
  notHas: 'not d.status.includes("pe")',
  below: 'd.status <= "open"',
  above: 'd.status > "open"',
  email: 'd.email = "a@x"',
  notEmail: 'd.email != "a@x"',
  notEmails: 'not d.email in ["a@x", "b@x"]',
  texts: 'd.status < d.email',
  same2: 'not d.status = d.email',
  escaped: 'd.status = u.text',
  notEscaped: 'd.status != u.text',
  endsEscaped: `d.status.endsWith(u.text)`,
  valid: 'd.until > clock.now()',
  validOrNow: 'd.until >= clock.now()',
  old: 'd.until < clock.now()',
  oldOrNow: 'd.until <= clock.now()',
  now: 'd.until = clock.now()',
  notNow: 'd.until != clock.now()',
  notOld: 'not d.until < clock.now()',
  notValid: 'not d.until > clock.now()',
  since: 'd.since >= clock.now()',
  before: 'd.since < clock.now()',
  dates: 'not d.until <= d.until',
  everSince: 'd.since = d.since',
  notEverSince: 'd.since != d.since',
  forever: 'd.until = u.forever',
  notForever: 'd.until != u.forever',
  notInf: 'd.until != inf',
  notText: 'd.until != "x"',
  notSameText: 'not d.since == "x"',
  neverText: 'not d.until = "x"',
  textOrOpen: 'd.since != "x" or d.status = "open"',
  notEver: 'not d.since in [u.forever]',
  day: 'd.day > "2023-12-31"',
  notDay: 'not d.day <= "2023-12-31"',
  ratio: 'not d.ratio > 1.5',
  level: 'not d.ratio > u.level',
  amount: 'd.amount > "0"',
  amounts: 'not d.amount = "0.1000000000000000000"',
  amountLevel: 'not d.amount > u.level',
  meta: 'not d.meta > u.level',
  text: 'not d.status > u.level',
}

/** Instants in and around the hour that comes twice, and the one that is left out, in New York. */
const instants = [
  '2024-06-01T00:00:00Z',
  '2024-11-03T05:15:00Z',
  '2024-11-03T05:30:00Z',
  '2024-11-03T06:15:00Z',
  '2024-11-03T06:30:00Z',
  '2024-11-03T07:00:00Z',
  '2024-03-10T06:59:00Z',
  '2024-03-10T07:15:00Z',
  '2024-03-10T07:30:00Z',
  '2024-03-10T07:45:00Z',
  '2024-03-10T08:00:00Z',
]

const databases = await openDatabases('foreign')

describe.each(databases)('rows that SQL wrote on $name', (database) => {
  const zone = process.env['TZ']
  let source: DataSource
  let now = new Date()
  beforeAll(async () => {
    process.env['TZ'] = 'America/New_York'
    source = await database.open([entityFor(database.kind)])
    if (database.kind === 'mysql') await source.query("SET SESSION sql_mode = ''")
    for (const sql of tables[database.kind]) await source.query(sql)
  })
  afterAll(async () => {
    if (zone === undefined) delete process.env['TZ']
    else process.env['TZ'] = zone
    await database.close()
  })

  function authorization(options: object = {}) {
    const authorizer = new Authorizer().registerClass(Reader).registerConstant({ now: () => now }, 'clock')
    const { authorizedFilter, verifyDatabase: verifyOwn } = typeOrmAuthorization(authorizer, source, {
      unscoped: 'allow',
      ...options,
    })
    const rules = Object.entries(conditions).map(([action, condition]) => {
      const actor = condition.includes('u.') ? 'u' : '_'
      return `allow(${actor}: Reader, "${action}", d: Doc) if ${condition};`
    })
    authorizer.loadSync(rules.join('\n'))
    return { authorizer, authorizedFilter, verifyOwn }
  }

  async function agree({ authorizer, authorizedFilter }: ReturnType<typeof authorization>, actions: readonly string[]) {
    const repository = source.getRepository(Doc)
    const rows = await repository.find({ order: { id: 'ASC' } })
    const refused: string[] = []
    for (const action of actions) {
      const reader = new Reader()
      const allowed: number[] = []
      for (const row of rows) {
        const is = await authorizer.isAllowed(reader, action, row).catch((error: unknown) => {
          if (error instanceof ArcturusError) return false
          throw error
        })
        if (is) allowed.push(row.id)
      }
      try {
        const listed = await repository.find({ ...authorizedFilter(reader, Doc, { action }), order: { id: 'ASC' } })
        expect(
          listed.map(({ id }) => id),
          `${action} at ${now.toISOString()}`,
        ).toEqual(allowed)
      } catch (error) {
        if (!(error instanceof UnsupportedFilterError)) throw error
        refused.push(action)
      }
    }
    return refused
  }

  it('are in a list exactly if the check allows them, or the list is rejected', async () => {
    for (const instant of instants) {
      now = new Date(instant)
      const isFirst = instant === instants[0]
      const dated = Object.keys(conditions).filter((action) => conditions[action]!.includes('clock'))
      const refused = await agree(authorization(), isFirst ? Object.keys(conditions) : dated)
      expect(refused.length, refused.join()).toBeLessThan(10)
    }
  })

  it('are compared by the facts of `verifyDatabase`, which reports each difference', async () => {
    now = new Date(instants[0]!)
    const verified = await verifyDatabase(source)
    const problems = verified.problems.map(({ kind, field }) => `${kind} ${field}`)
    if (database.kind === 'postgresql') expect(problems).toContain('column-type ratio')
    const own = authorization({ facts: verified })
    expect((await own.verifyOwn()).problems).toEqual(verified.problems)
    const texts = Object.keys(conditions).filter((action) => /status|email/.test(conditions[action]!))
    expect((await agree(own, texts)).length).toBeLessThan(5)
  })
})

const escaping = await openDatabases('foreign_escapes', ['mysql'])

describe.each(escaping)('a server that escapes nothing: $name', (database) => {
  afterAll(() => database.close())

  it('compares texts with quotes and backslashes as they are', async () => {
    const source = await database.open([entityFor('mysql')], { extra: { connectionLimit: 1 } })
    await source.query("SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES'")
    await source.query('DROP TABLE IF EXISTS docs')
    await source.query(tables.mysql[0]!)
    const text = new Reader().text
    const hex = Buffer.from(text).toString('hex')
    await source.query(`INSERT INTO docs (id, status, email) VALUES (1, X'${hex}', 'a'), (2, 'x', 'b')`)
    const authorizer = new Authorizer().registerClass(Reader)
    const { authorizedFilter } = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(`
      allow(u: Reader, "read", d: Doc) if d.status = u.text;
      allow(u: Reader, "begins", d: Doc) if d.status.startsWith(u.text);
      allow(u: Reader, "not", d: Doc) if not d.status in [u.text, "y"];`)
    const listed = async (action: string) =>
      (await source.getRepository(Doc).find(authorizedFilter(new Reader(), Doc, { action }))).map(({ id }) => id)
    expect([await listed('read'), await listed('begins'), await listed('not')]).toEqual([[1], [1], [2]])
  })
})
