import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Client, openCaller } from './caller.js'
import { openDatabases } from './databases.js'

const policy = `
  allow(_: User, "read", doc: Doc) if not (tag in doc.tags and tag.id = 1);
`

describe.each(await openDatabases('wholeness', ['sqlite']))('A relation of a row on $name', (database) => {
  const authorizer = new Authorizer()
  let bare: Client
  let prisma: Client
  let user: object

  beforeAll(async () => {
    bare = (await openCaller(database)).client
    prisma = prismaAuthorization(authorizer, bare, { unscoped: 'allow' }).prisma
    authorizer.loadSync(policy)
    await bare.user.create({ data: { id: 1, name: '' } })
    const doc = { slug: '', title: '', count: 0, ownerId: 1 }
    await bare.doc.create({ data: { id: 1, ...doc, tags: { create: [{ id: 1 }, { id: 2 }] } } })
    user = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  type Args = Parameters<Client['doc']['findFirstOrThrow']>[0]
  const find = (client: Client, args: Args): Promise<object> => client.doc.findFirstOrThrow(args)
  /** An extension of the queries of documents, added behind this package's. */
  const behind = (change: (rows: unknown, args: object) => unknown, narrow: (args: object) => object): Client =>
    prisma.$extends({
      query: {
        doc: { findFirstOrThrow: async ({ args, query }) => change(await query(narrow(args)), args) as never },
      },
    }) as unknown as Client
  const same = <One>(one: One): One => one

  it.each<[string, Args]>([
    ['true', { include: { tags: true } }],
    ['arguments that leave nothing out', { include: { tags: { orderBy: { id: 'desc' }, select: { id: true } } } }],
  ])('is whole if a query includes it by %s', async (_, args) => {
    expect(authorizer.can(user, 'read', await find(prisma, args))).toBe(false)
  })

  it.each<[string, () => Promise<object>]>([
    ['a query narrows it by a condition', () => find(prisma, { include: { tags: { where: { id: 2 } } } })],
    ['a query narrows it by a number', () => find(prisma, { include: { tags: { take: -1, orderBy: { id: 'asc' } } } })],
    ['a query starts after a row', () => find(prisma, { include: { tags: { cursor: { id: 2 } } } })],
    [
      'an extension behind this one narrows it',
      () =>
        find(
          behind(same, () => ({ include: { tags: { where: { id: 2 } } } })),
          { include: { tags: true } },
        ),
    ],
    [
      'an extension behind this one adds it',
      () =>
        find(
          behind(same, () => ({ include: { tags: { take: 0 } } })),
          {},
        ),
    ],
    [
      'an extension behind this one changes the rows',
      () =>
        find(
          behind((row) => Object.assign(row as object, { tags: [] }), same),
          { include: { tags: true } },
        ),
    ],
  ])('is partial if %s: a check loads it, or is an error', async (_, found) => {
    const doc = await found()
    expect(() => authorizer.can(user, 'read', doc)).toThrow(expect.objectContaining({ code: 'relation-not-loaded' }))
    expect(await authorizer.isAllowed(user, 'read', doc)).toBe(false)
  })

  it('is unknown for rows with computed fields and raw rows until they are tagged', async () => {
    const computed = bare.$extends({ result: { doc: { tags: { needs: { id: true }, compute: () => [] } } } })
    const rows = [
      await computed.doc.findFirstOrThrow(),
      ...((await prisma.$queryRaw`SELECT * FROM "Doc"`) as object[]).map((row) => ({ ...row, tags: [] })),
    ]
    for (const row of rows) {
      expect(() => authorizer.can(user, 'read', row)).toThrow()
      expect(authorizer.can(user, 'read', authorizer.as('Doc', { ...row }))).toBe(true)
    }
  })
})
