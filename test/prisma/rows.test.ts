import { ArgumentError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('rows', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Rows of a guarded client on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma } = authorizationFor(bare)
  const modelOf = (row: unknown): string | undefined => authorizer.modelOf(row)

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const document = { body: '', archived: false, reviewerId: 1 }
  const queries: Record<string, () => PromiseLike<unknown>> = {
    findMany: () => prisma.document.findMany(),
    findFirst: () => prisma.document.findFirst(),
    findFirstOrThrow: () => prisma.document.findFirstOrThrow(),
    findUnique: () => prisma.document.findUnique({ where: { id: 1 } }),
    findUniqueOrThrow: () => prisma.document.findUniqueOrThrow({ where: { id: 1 } }),
    create: () => prisma.document.create({ data: { id: 10, ...document } }),
    update: () => prisma.document.update({ where: { id: 10 }, data: { body: 'new' } }),
    upsert: () => prisma.document.upsert({ where: { id: 10 }, update: {}, create: { id: 10, ...document } }),
    delete: () => prisma.document.delete({ where: { id: 10 } }),
    'a batch transaction': () => prisma.$transaction([prisma.document.findMany()]),
    'an interactive transaction': () => prisma.$transaction((tx) => tx.document.findMany()),
    'queries side by side': () => Promise.all([1, 2].map((id) => prisma.document.findUnique({ where: { id } }))),
    'a select': () => prisma.document.findMany({ select: { id: true } }),
    'a fluent call to many': () => prisma.user.findUnique({ where: { id: 1 } }).owned(),
    'a fluent call through one': () =>
      prisma.document
        .findUnique({ where: { id: 1 } })
        .owner()
        .owned(),
  }

  it.each(Object.keys(queries))('know their model after %s', async (name) => {
    const rows = [await queries[name]!()].flat(2)
    expect(rows.length).toBeGreaterThan(0)
    expect(rows.map(modelOf)).toEqual(rows.map(() => 'Document'))
  })

  it('know their model at every depth of include and select', async () => {
    const row = await prisma.document.findUniqueOrThrow({
      where: { id: 4 },
      include: {
        tags: true,
        owner: { select: { manager: { include: { owned: { include: { reviewer: true } } } } } },
        folder: true,
      },
    })
    expect(row.tags.map(modelOf)).toEqual(['Tag'])
    expect(modelOf(row.owner)).toBe('User')
    expect(modelOf(row.owner?.manager)).toBe('User')
    expect(row.owner?.manager?.owned.map(modelOf)).toEqual(['Document', 'Document'])
    expect(modelOf(row.owner?.manager?.owned[0]?.reviewer)).toBe('User')
    expect(row.folder).toBeNull()
  })

  it('know it when a relation has the name of the fluent call that led to them', async () => {
    const manager = await prisma.user.findUnique({ where: { id: 2 } }).manager({ include: { manager: true } })
    expect([modelOf(manager), manager?.manager]).toEqual(['User', null])
    const owner = await prisma.document.findUnique({ where: { id: 1 } }).owner()
    expect(modelOf(owner)).toBe('User')
  })

  it('are the objects of Prisma without additions', async () => {
    const [ours, theirs] = [
      await prisma.document.findUniqueOrThrow({ where: { id: 1 }, include: { tags: true } }),
      await bare.document.findUniqueOrThrow({ where: { id: 1 }, include: { tags: true } }),
    ]
    expect(ours).toEqual(theirs)
    expect(Reflect.ownKeys(ours)).toEqual(Reflect.ownKeys(theirs))
    expect(Object.isExtensible(ours)).toBe(true)
  })

  it('are decided about as they are', async () => {
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    const rows = await prisma.document.findMany({
      include: { tags: true },
      where: { id: { lte: 5 } },
      orderBy: { id: 'asc' },
    })
    expect(rows.map((row) => authorizer.can(ann, 'read', row))).toEqual([true, true, false, true, false])
  })

  it('are not the results of count, aggregate and groupBy', async () => {
    const counted = await prisma.user.findFirstOrThrow({ select: { _count: { select: { owned: true } } } })
    const results = [
      counted._count,
      await prisma.document.aggregate({ _count: true }),
      ...(await prisma.document.groupBy({ by: ['ownerId'] })),
      await prisma.document.updateMany({ where: { id: 99 }, data: {} }),
    ]
    expect(results.map(modelOf)).toEqual(results.map(() => undefined))
  })

  it.each(['before', 'after'])(
    'wrapped by an extension with computed fields, added %s, are a typed error',
    async (order) => {
      const computed = (client: Client): Client =>
        client.$extends({
          result: { document: { label: { needs: { body: true }, compute: (row) => row.body.toUpperCase() } } },
        }) as unknown as Client
      const before = () =>
        prismaAuthorization(authorizer, computed(bare), { unscoped: 'allow', acceptCollation: true }).prisma
      const client = order === 'before' ? before() : computed(prisma)
      const user = await client.user.findUniqueOrThrow({
        where: { id: 1 },
        include: { owned: { include: { tags: true } } },
      })
      const [row] = user.owned
      expect(modelOf(user)).toBe('User')
      expect(modelOf(row)).toBeUndefined()
      expect(() => authorizer.can(user, 'edit', row)).toThrow(ArgumentError)
      expect(() => authorizer.can(user, 'edit', row)).toThrow(/authorizer\.as\(/)
      const { ...plain } = row
      expect(authorizer.can(user, 'edit', authorizer.as('Document', plain))).toBe(true)
    },
  )
})
