import { ArcturusError, Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { prismaAuthorization, verifyDatabase } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrismaClientLike } from '../../packages/prisma/src/schema/fromClient.js'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'

interface Row {
  readonly id: number
}
interface Client extends PrismaClientLike {
  readonly $extends: (extension: unknown) => Client
  readonly $disconnect: () => Promise<void>
  readonly $transaction: <Result>(run: (client: Client) => Promise<Result>) => Promise<Result>
  readonly $on: (event: 'query', listener: (query: { query: string }) => void) => void
  readonly doc: { findMany(args?: object): Promise<Row[]> }
}

/** Tables as another application could have made them, with rows that no Prisma client writes. */
const tables = {
  sqlite: [
    'CREATE TABLE "User" (id INTEGER PRIMARY KEY, name TEXT NOT NULL, level REAL)',
    'CREATE TABLE "Doc" (id INTEGER PRIMARY KEY, "status" VARCHAR(50) /* COLLATE RTRIM */ COLLATE NOCASE NOT NULL, email TEXT NOT NULL UNIQUE, slug TEXT, until DATETIME, since DATETIME, ratio REAL, amount DECIMAL, meta JSONB, "ownerId" INTEGER)',
    `INSERT INTO "Doc" (id, status, email, slug, until, meta) VALUES
      (1, 'open', 'a@x', 'blocked' || char(0), '2030-01-01T00:00:00.000+00:00', '{"a":1}'),
      (2, 'OPEN', 'A@x', 'blocked', '2020-01-01T00:00:00.000+00:00', '"x"'),
      (3, 'open ', 'a@x ', 'x.public' || char(0) || 'secret', NULL, '5'),
      (4, 'shut', 'b@x' || char(0), 'x' || char(0) || '.public', NULL, NULL),
      (5, 'shut' || char(0) || 'z', 'c@x', 'c', NULL, '[1]'),
      (6, 'öpen', 'd@x', NULL, NULL, 'null')`,
  ],
  postgresql: [
    `CREATE COLLATION ignoring (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
    'CREATE DOMAIN word AS varchar(50)',
    'CREATE TABLE "User" (id int PRIMARY KEY, name char(10) NOT NULL, level double precision)',
    'CREATE TABLE "Doc" (id int PRIMARY KEY, status word COLLATE ignoring NOT NULL, email text NOT NULL UNIQUE, slug text COLLATE "C", until timestamp, since timestamptz, ratio double precision, amount numeric, meta jsonb, "ownerId" int)',
    `INSERT INTO "User" VALUES (1, 'ann', 1)`,
    `INSERT INTO "Doc" (id, status, email, slug, until, since, ratio, amount, meta, "ownerId") VALUES
      (1, 'open', 'a@x', 'blocked', 'infinity', 'infinity', 'NaN', 'NaN', '{"a":1}', 1),
      (2, 'OPEN', 'A@x', 'x.public', '-infinity', '-infinity', 1, 0.1, '"x"', NULL),
      (3, 'open ', 'a@x ', 'Blocked', '2030-01-01', '2030-01-01Z', 'Infinity', 0.1000000000000000055, '5', NULL),
      (4, 'shut', 'b@x', 'b', '0044-03-15 BC', '0044-03-15Z BC', '-Infinity', 12345678901234567890.5, NULL, NULL),
      (5, 'öpen', 'c@x', NULL, '12345-01-01', '12345-01-01Z', NULL, NULL, '[1]', NULL),
      (6, 'Öpen', 'd@x', '', '2020-01-01', '2020-01-01Z', 2, 12345678901234567891.5, 'null', NULL)`,
  ],
  mysql: [
    'CREATE TABLE `User` (id int PRIMARY KEY, name char(10) NOT NULL, level double)',
    'CREATE TABLE `Doc` (id int PRIMARY KEY, status varchar(50) COLLATE utf8mb4_bin NOT NULL, email varchar(50) COLLATE utf8mb4_nopad_bin NOT NULL UNIQUE, slug varchar(50), until datetime, since timestamp NULL, ratio double, amount decimal(38,19), meta json, ownerId int)',
    `INSERT INTO \`Doc\` (id, status, email, slug, until, amount, meta) VALUES
      (1, 'open', 'a@x', 'blocked', '2030-01-01', 0.1, '{"a":1}'),
      (2, 'OPEN', 'A@x', 'Blocked', '2020-01-01', 0.1000000000000000055, '"x"'),
      (3, 'open ', 'a@x ', 'x.public', NULL, 1234567890123456789.5, '5'),
      (4, 'shut', 'b@x', 'b\\0', NULL, 1234567890123456788.5, NULL)`,
  ],
} as const

const conditions: Readonly<Record<string, string>> = {
  same: 'd.status = "open"',
  other: 'd.status != "open"',
  negated: 'not d.status = "open"',
  among: 'd.status in ["open", "shut"]',
  notAmong: 'not d.status in ["open", "shut"]',
  begins: 'd.status.startsWith("op")',
  ends: 'd.status.endsWith("n")',
  has: 'd.status.includes("PE")',
  below: 'd.status < "p"',
  notBelow: 'not d.status <= "shut"',
  email: 'd.email = "a@x"',
  notEmail: 'not d.email in ["a@x", "b@x"]',
  beyondEmail: 'd.email > "b@x"',
  slug: 'd.slug = "blocked"',
  notSlug: 'd.slug != "blocked"',
  notInSlug: 'not d.slug in ["blocked", "b"]',
  endsSlug: 'd.slug.endsWith(".public")',
  hasSlug: 'not d.slug.includes("lic")',
  slugs: 'd.slug <= "x"',
  texts: 'd.status = d.email or d.slug < d.status',
  valid: 'd.until > clock.now()',
  old: 'd.until < clock.now()',
  notOld: 'not d.until < clock.now()',
  notValid: 'not d.until >= clock.now()',
  since: 'd.since >= clock.now() or not d.since > clock.now()',
  dates: 'd.until = d.until',
  notDates: 'not d.until <= d.until',
  ratio: 'd.ratio > 1.5',
  notRatio: 'not d.ratio > 1.5',
  ratios: 'd.ratio != d.ratio',
  amount: 'd.amount = 0.1',
  notAmount: 'not d.amount > 0.1',
  level: 'not d.ratio > u.level',
  meta: 'not d.meta > u.level',
  metas: 'd.meta != u.level',
  text: 'not d.status > u.level',
  name: 'd.owner.name = "ann"',
  names: 'not d.owner.name.startsWith("ann ")',
}

class Reader {
  level = Number(undefined)
}

const databases = await openDatabases('foreign', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('rows that SQL wrote on $name', (database) => {
  const provider = database.provider as keyof typeof tables
  let schema: PrismaSchema
  let bare: Client
  beforeAll(async () => {
    const generated = new URL(`./generated/foreign-${provider}-js/`, import.meta.url)
    schema = (
      (await import(/* @vite-ignore */ new URL('arcturus/schema.mjs', generated).href)) as { schema: PrismaSchema }
    ).schema
    const { PrismaClient } = (
      (await import(/* @vite-ignore */ new URL('client/index.js', generated).href)) as {
        default: { PrismaClient: new (options: object) => Client }
      }
    ).default
    bare = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] })
    await database.execute(tables[provider])
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  function authorization(options: object = {}) {
    const authorizer = new Authorizer()
      .registerClass(Reader)
      .registerConstant({ now: () => new Date('2024-06-01T00:00:00Z') }, 'clock')
    const {
      prisma: client,
      authorizedFilter,
      verifyDatabase: verifyOwn,
    } = prismaAuthorization(authorizer, bare, { unscoped: 'allow', ...options })
    const rules = Object.entries(conditions).map(([action, condition]) => {
      const actor = condition.includes('u.') ? 'u' : '_'
      return `allow(${actor}: Reader, "${action}", d: Doc) if ${condition};`
    })
    authorizer.loadSync(rules.join('\n'))
    return { authorizer, client, authorizedFilter, verifyOwn }
  }

  it.each(['auto', 'where', 'subquery'] as const)(
    'are in a list (%s) exactly if the check allows them, or the list is rejected',
    async (strategy) => {
      const { authorizer, client, authorizedFilter } = authorization()
      const rows = await client.doc.findMany({ orderBy: { id: 'asc' } })
      const refused: string[] = []
      for (const action of Object.keys(conditions)) {
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
          const args = { ...authorizedFilter(reader, { action, strategy }), orderBy: { id: 'asc' } }
          const listed = await client.doc.findMany(args)
          expect(
            listed.map(({ id }) => id),
            action,
          ).toEqual(allowed)
        } catch (error) {
          if (!(error instanceof UnsupportedFilterError)) throw error
          refused.push(action)
        }
      }
      const most = strategy === 'where' ? 30 : 10
      expect(refused.length, refused.join()).toBeLessThan(most)
    },
  )

  it('are compared by collations that are read once, also within a transaction', async () => {
    const { client, authorizedFilter } = authorization()
    const sql: string[] = []
    bare.$on('query', ({ query }) => sql.push(query))
    const list = (of: Client) => of.doc.findMany(authorizedFilter(new Reader(), { action: 'email' }))
    await client.$transaction(async (transaction) => expect(await list(transaction)).toHaveLength(1))
    for (let count = 0; count < 3; count++) expect(await list(client)).toHaveLength(1)
    const catalogs = sql.filter((query) => /sqlite_master|pg_attribute|information_schema/.test(query))
    expect(catalogs).toHaveLength(1)
  })

  /** Tables of these names in another schema, which have the foreign key. */
  const elsewhere = async (isThere: boolean): Promise<void> => {
    const other = `arcturus_foreign_elsewhere_${process.pid}`
    const tables = [
      `CREATE SCHEMA ${other}`,
      `CREATE TABLE ${other}."User" (id INTEGER PRIMARY KEY)`,
      `CREATE TABLE ${other}."Doc" (id INTEGER PRIMARY KEY, "ownerId" INTEGER REFERENCES ${other}."User" (id))`,
    ]
    await database.execute(isThere ? tables : [`DROP SCHEMA ${other} CASCADE`])
  }

  it('are compared by the facts of `verifyDatabase`, which reports each difference', async () => {
    if (provider === 'postgresql') await elsewhere(true)
    const verified = await verifyDatabase(bare, schema)
    const problems = verified.problems.map(({ kind, model, field }) => `${kind} ${model}.${field}`)
    expect(problems).toContain('foreign-key Doc.owner')
    expect(verified.references).toEqual({ 'Doc.owner': false })
    if (provider === 'postgresql') expect(problems).toContain('column-type User.name')
    const { client, authorizedFilter, verifyOwn } = authorization({ facts: verified })
    const listed = await client.doc.findMany(authorizedFilter(new Reader(), { action: 'same' }))
    expect(listed.map(({ id }) => id)).toEqual([1])
    expect((await verifyOwn()).problems).toEqual(verified.problems)
    if (provider === 'postgresql') await elsewhere(false)
    const accepting = await verifyDatabase(bare, schema, { acceptCollation: ['Doc.status'] })
    expect(accepting.problems.map(({ kind, field }) => `${kind} ${field}`)).toContain('collation status')
  })
})
