import { ArgumentError, Authorizer } from '@arcturus/core'
import { as } from '@arcturus/core/runtime'
import { type PrismaAuthorization, prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'
import { createTables } from './ddl.js'

/** So much of a client as is used here. */
type Delegate = Record<'create' | 'upsert' | 'findFirst' | 'deleteMany', (args: object) => Promise<object>> & {
  findMany(args: object): Promise<{ id: number }[]>
}
type Model = 'folder' | 'day' | 'team' | 'doc' | 'price' | 'zone' | 'moment' | 'lot'
type Client = Record<Model, Delegate> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

const folderId = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'

describe.each(await openDatabases('spellings', ['postgresql']))(
  'References to one row in several forms on $name',
  (database) => {
    const authorizer = new Authorizer()
    let bare: Client
    let prisma: Client
    let byReference: PrismaAuthorization<string, Client> & { authorizer: Authorizer }
    let authorizedFilter: ReturnType<typeof prismaAuthorization>['authorizedFilter']

    beforeAll(async () => {
      const generated = './generated/spellings-postgresql-js'
      const { schema } = (await import(`${generated}/arcturus/schema.mjs`)) as { schema: PrismaSchema }
      const { PrismaClient } = (
        (await import(`${generated}/client/index.js`)) as { default: { PrismaClient: new (options: object) => Client } }
      ).default
      // PostgreSQL's `citext` is an extension.
      await database.execute([
        `CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
        ...createTables(schema).map((sql) => sql.replace(/("code"|"teamCode") TEXT/g, '$1 TEXT COLLATE nocase')),
      ])
      bare = new PrismaClient({ adapter: database.adapter })
      const kept = new Authorizer()
      byReference = { authorizer: kept, ...prismaAuthorization(kept, bare, { unscoped: 'allow' }) }
      const authorization = prismaAuthorization(authorizer, bare, { facts: { references: false } })
      authorizedFilter = authorization.authorizedFilter
      prisma = authorization.prisma
      authorizer.loadSync(`
        allow(_, "list", doc: Doc) if doc.folder = nil;
        allow(_, "plan", doc: Doc) if doc.day = nil;
        allow(_, action, doc: Doc) if action in ["create", "edit"] and doc.folderId != "${folderId}";
      `)
      await bare.folder.create({ data: { id: folderId } })
      await bare.day.create({ data: { day: new Date('2026-01-01') } })
    }, 60_000)
    afterAll(async () => {
      await bare?.$disconnect()
      await database.close()
    })

    it.each<[string, string, readonly object[]]>([
      [
        'UUIDs',
        'list',
        [{ folderId }, { folderId: folderId.toUpperCase() }, { folderId: folderId.replaceAll('-', '') }],
      ],
      ['dates', 'plan', [{ dayId: new Date('2026-01-01') }, { dayId: new Date('2026-01-01T05:00Z') }]],
    ])('find the row if they are loaded together: %s', async (_, action, references) => {
      const rows = references.map((one) => as('Doc', { id: 1, ...one }))
      expect(await Promise.all(rows.map((row) => authorizer.isAllowed(null, action, row)))).toEqual(
        rows.map(() => false),
      )
    })

    it('are no other rows to a policy about a row to create', async () => {
      const upsert = (of: string) =>
        prisma.doc.upsert({
          ...authorizedFilter(null, { action: 'edit', where: { id: 1 } }),
          create: { id: 1, folderId: of, dayId: null },
          update: {},
        })
      await expect(upsert(folderId)).rejects.toThrow('Sign in')
      await expect(upsert(folderId.toUpperCase())).rejects.toThrow(ArgumentError)
    })

    it('are compared as the database does if a type ignores case', async () => {
      const own = byReference.prisma
      byReference.authorizer.loadSync(`
        allow(team: Team, "read", doc: Doc) if doc.team = team;
        allow(_: Team, "edit", doc: Doc) if doc.team = nil;
        allow(team: Team, "claim", doc: Doc) if team.code != nil and doc.team != team;
      `)
      await bare.team.create({ data: { code: 'Acme' } })
      for (const [at, teamCode] of ['Acme', 'ACME', null].entries())
        await bare.doc.create({ data: { id: at + 1, teamCode } })
      const team = await own.team.findFirst({})
      for (const [action, expected] of Object.entries({ read: [1, 2], edit: [3], claim: [3] })) {
        const docs = await own.doc.findMany({ orderBy: { id: 'asc' } })
        const allowed = await byReference.authorizer.isAllowedMany(team, action, docs)
        expect(docs.filter((_, at) => allowed[at]).map(({ id }) => id)).toEqual(expected)
        const listed = await own.doc.findMany(byReference.authorizedFilter(team, { action })).then(
          (rows) => rows.map(({ id }) => id),
          () => undefined,
        )
        // A filter can't compare such a column.
        if (listed || action === 'edit') expect(listed).toEqual(expected)
      }
    })

    it.each([
      ['price', 'Price', { price: '7.00' }, { priceId: '7.0' }],
      ['zone', 'Zone', { code: 'ab' }, { zoneCode: 'ab' }],
      ['moment', 'Moment', { at: new Date('2026-01-01') }, { momentAt: new Date('2026-01-01') }],
    ] as const)('lead to the row if their type is not that of its key: %s', async (relation, model, key, reference) => {
      const own = byReference.prisma
      byReference.authorizer.loadSync(`
        allow(one: ${model}, "read", lot: Lot) if lot.${relation} = one;
        allow(one: ${model}, "edit", lot: Lot) if lot.${relation} != one and lot.id > 0;
        allow(lot: Lot, "free", one: ${model}) if lot.id > 0 and not (lot in one.lots);
      `)
      await own.lot.deleteMany({})
      await own[relation].create({ data: key })
      await own.lot.create({ data: { id: 1, ...reference } })
      await own.lot.create({ data: { id: 2 } })
      const one = await own[relation].findFirst({ include: { lots: true } })
      for (const args of [{}, { include: { [relation]: true } }]) {
        const lots = await own.lot.findMany({ ...args, orderBy: { id: 'asc' } })
        expect(await byReference.authorizer.isAllowedMany(one, 'read', lots)).toEqual([true, false])
        expect(await byReference.authorizer.isAllowedMany(one, 'edit', lots)).toEqual([false, true])
        expect(await byReference.authorizer.isAllowed(lots[0], 'free', one)).toBe(false)
        expect(await byReference.authorizer.isAllowed(lots[1], 'free', one)).toBe(true)
      }
    })
  },
)
