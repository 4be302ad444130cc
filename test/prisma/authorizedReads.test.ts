import { Authorizer, UnsupportedOperationError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, watchSql } from './documents.js'

const databases = await openDatabases('authorized_reads', prismaKinds)

const policy = `
  allow(user: User, "read", document: Document) if document.ownerId = user.id or document.ownerId = nil;
  allow(user: User, "read", other: User) if other = user or other.managerId = user.id;
  allow(_, "read", folder: Folder) if folder.name != "secret";
  allow(user: User, "read", profile: Profile) if profile.userId = user.id;
  allow(_, "read", _: Tag);
  allow_field(_, "read", _: Profile, field) if field in ["id", "userId", "user"];
  allow_field(user: User, "read", profile: Profile, "bio") if profile.id = user.id;
`

describe.each(databases)('Reads of an authorized client on $name', (database) => {
  const authorizer = new Authorizer({ log: () => {} })
  const bare = clientOf(database)
  const { prisma, authorizedClient } = prismaAuthorization(authorizer, bare, {
    unscoped: 'allow',
    acceptCollation: true,
    log: (message) => logged.push(message),
  })
  authorizer.loadSync(policy)
  const logged: string[] = []
  const user = (id: number) => authorizer.as('User', { id, email: `${id}`, managerId: null })
  const as = (id: number, options = {}) => authorizedClient(user(id), { prisma, ...options })

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.createMany({
      data: [
        { id: 1, email: 'ann', name: 'Ann' },
        { id: 2, email: 'bo', name: 'Bo', managerId: 1 },
        { id: 3, email: 'cy', name: null },
      ],
    })
    await bare.profile.createMany({
      data: [
        { id: 1, userId: 1, bio: 'one' },
        { id: 2, userId: 2, bio: 'two' },
      ],
    })
    await bare.folder.createMany({
      data: [
        { id: 1, name: 'open' },
        { id: 2, name: 'secret', parentId: 1 },
        { id: 3, name: null },
      ],
    })
    await bare.tag.create({ data: { name: 'pub' } })
    const document = { body: 'text', archived: false, reviewerId: 3 }
    await bare.document.createMany({
      data: [
        { ...document, id: 1, ownerId: 1, folderId: 1, title: 'a', views: 1 },
        { ...document, id: 2, ownerId: 2, folderId: 2, title: 'b', views: 2 },
        { ...document, id: 3, ownerId: null, folderId: 2, title: 'c', views: 3, reviewerId: 1 },
        { ...document, id: 4, ownerId: 1, folderId: null, title: 'd', views: 4, reviewerId: 2 },
      ],
    })
    await bare.document.update({ where: { id: 2 }, data: { tags: { connect: { name: 'pub' } } } })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)

  it('filter every operation', async () => {
    const { document } = as(1)
    expect(ids(await document.findMany({ orderBy: { id: 'asc' } }))).toEqual([1, 3, 4])
    expect(await document.count()).toBe(3)
    expect(await document.count({ select: { _all: true, folderId: true } })).toEqual({ _all: 3, folderId: 2 })
    expect((await document.aggregate({ _sum: { views: true } }))._sum.views).toBe(8)
    expect(await document.groupBy({ by: ['ownerId'], _count: true, orderBy: { ownerId: 'desc' } })).toHaveLength(2)
    expect(await document.findUnique({ where: { id: 2 } })).toBeNull()
    expect(await document.findFirst({ where: { id: 2 } })).toBeNull()
    expect((await document.findUnique({ where: { id: 1 } }))?.title).toBe('a')
    for (const id of [2, 99]) {
      const missing = { name: 'NotFoundError', status: 404 }
      await expect(document.findUniqueOrThrow({ where: { id } })).rejects.toMatchObject(missing)
      await expect(document.findFirstOrThrow({ where: { id } })).rejects.toMatchObject(missing)
    }
  })

  it('filter relations in include, select, _count and fluent calls', async () => {
    const client = as(1)
    const [first] = await client.folder.findMany({
      include: { documents: true, children: true, _count: true },
      orderBy: { id: 'asc' },
    })
    expect(ids(first!.documents)).toEqual([1])
    expect(first!.children).toEqual([])
    expect(first!._count).toEqual({ children: 0, documents: 1 })
    const tag = await client.tag.findFirst({ select: { documents: true, _count: { select: { documents: true } } } })
    expect(tag).toEqual({ documents: [], _count: { documents: 0 } })
    expect(await client.tag.findUnique({ where: { name: 'pub' } }).documents()).toEqual([])
    expect(await client.document.findUnique({ where: { id: 3 } }).owner()).toBeNull()
    expect((await client.document.findFirst({ where: { id: 3 }, include: { folder: true } }))?.folder).toBeNull()
  })

  it('have null for a hidden row of a required relation, or refuse it', async () => {
    const rows = await as(1).document.findMany({
      select: { title: true, reviewer: { select: { name: true, owned: { select: { id: true } } } } },
      orderBy: { id: 'asc' },
    })
    expect(rows).toEqual([
      { title: 'a', reviewer: null },
      { title: 'c', reviewer: { name: 'Ann', owned: [{ id: 1 }, { id: 4 }] } },
      { title: 'd', reviewer: { name: 'Bo', owned: [] } },
    ])
    expect(
      await as(1)
        .document.findUnique({ where: { id: 1 } })
        .reviewer(),
    ).toBeNull()
    const strict = as(1, { requiredRelation: 'refuse' })
    await expect(strict.document.findMany({ include: { reviewer: true } })).rejects.toThrow(UnsupportedOperationError)
  })

  it.each<readonly [string, object, readonly number[]]>([
    ['is', { owner: { is: { name: 'Bo' } } }, []],
    ['a hidden row is missing', { reviewer: { is: { email: 'cy' } } }, []],
    ['isNot', { reviewer: { isNot: { email: 'cy' } } }, [1, 3, 4]],
    ['NOT', { NOT: { reviewer: { email: 'cy' } } }, [1, 3, 4]],
    ['NOT of a column without a value', { NOT: { reviewer: { name: 'x' } } }, [1, 3, 4]],
    ['null', { folder: null }, [3, 4]],
    ['NOT null', { NOT: { folder: null } }, [1]],
    ['isNot null', { folder: { isNot: null } }, [1]],
    ['AND, OR', { OR: [{ folder: { name: 'secret' } }, { AND: [{ folder: { name: 'open' } }] }] }, [1]],
    ['a list below', { folder: { documents: { some: { title: 'a' } } } }, [1]],
    ['every', { folder: { documents: { every: { title: 'a' } } } }, [1]],
    ['none', { folder: { children: { none: { name: 'secret' } } } }, [1]],
    ['a negated list', { NOT: { folder: { children: { some: {} } } } }, [1, 3, 4]],
  ])('see no hidden row in conditions: %s', async (_, where, expected) => {
    expect(ids(await as(1).document.findMany({ where, orderBy: { id: 'asc' } }))).toEqual(expected)
  })

  it('show a column only where the policy does', async () => {
    expect(await as(1).profile.findMany()).toEqual([{ id: 1, userId: 1, bio: 'one' }])
    expect(await as(2).user.findMany({ select: { name: true, profile: { select: { bio: true } } } })).toEqual([
      { name: 'Bo', profile: { bio: 'two' } },
    ])
    const stranger = authorizer.as('User', { id: 1, email: 'x', managerId: null })
    await bare.profile.create({ data: { id: 3, userId: 3, bio: 'three' } })
    await bare.profile.update({ where: { id: 1 }, data: { id: 9 } })
    expect(await authorizedClient(stranger, { prisma }).profile.findMany()).toEqual([{ id: 9, userId: 1 }])
    await bare.profile.update({ where: { id: 9 }, data: { id: 1 } })
  })

  const probes: readonly (readonly [string, (client: ReturnType<typeof as>) => PromiseLike<unknown>])[] = [
    ['where', (client) => client.profile.findMany({ where: { bio: { startsWith: 'o' } } })],
    ['where below a relation', (client) => client.user.findMany({ where: { profile: { bio: 'one' } } })],
    ['orderBy', (client) => client.profile.findMany({ orderBy: { bio: 'asc' } })],
    ['distinct', (client) => client.profile.findMany({ distinct: ['bio'] })],
    ['groupBy', (client) => client.profile.groupBy({ by: ['bio'] })],
    ['having', (client) => client.profile.groupBy({ by: ['id'], having: { bio: { equals: 'one' } } })],
    ['_min', (client) => client.profile.aggregate({ _min: { bio: true } })],
    ['count', (client) => client.profile.count({ select: { bio: true } })],
    [
      'a reference',
      (client) =>
        client.profile.findMany({ where: { id: { gt: 0 }, userId: { equals: bare.profile.fields.bio as never } } }),
    ],
  ]
  it.each(probes)('depend on no hidden field: %s', async (_, probe) => {
    await expect(probe(as(1))).rejects.toMatchObject({ name: 'ForbiddenError', fields: ['bio'] })
  })

  const refused: readonly (readonly [string, (client: ReturnType<typeof as>) => PromiseLike<unknown>])[] = [
    ['orderBy of hidden rows', (client) => client.document.findMany({ orderBy: { reviewer: { email: 'asc' } } })],
    ['orderBy of a count', (client) => client.folder.findMany({ orderBy: { documents: { _count: 'desc' } } })],
    ['a nested cursor', (client) => client.folder.findMany({ include: { documents: { cursor: { id: 2 } } } })],
    ['an unknown argument', (client) => client.document.findMany({ wher: {} } as object)],
    ['an unknown field', (client) => client.document.findMany({ where: { nothing: 1 } as object })],
    ['toJSON', (client) => client.document.findMany({ where: { toJSON: () => ({}) } as object })],
    ['__proto__', (client) => client.document.findMany(JSON.parse('{"where":{"__proto__":{"id":2}}}') as object)],
    [
      'an instance',
      (client) =>
        client.document.findMany({
          where: new (class A {
            id = 2
          })(),
        }),
    ],
  ]
  it.each(refused)('are refused before anything is sent: %s', async (_, query) => {
    const sql = watchSql(bare)
    await expect(query(as(1))).rejects.toBeInstanceOf(UnsupportedOperationError)
    expect(sql).toEqual([])
  })

  it('page after no hidden row', async () => {
    const { document } = as(1)
    expect(await document.findMany({ cursor: { id: 2 }, orderBy: { id: 'asc' } })).toEqual([])
    expect(ids(await document.findMany({ cursor: { id: 3 }, orderBy: { id: 'asc' } }))).toEqual([3, 4])
  })

  it('join transactions, and run as a batch', async () => {
    const client = as(1)
    const sent = await client.$transaction(async (tx) => [await tx.document.count(), await tx.folder.count()])
    expect(sent).toEqual([3, 2])
    const [documents, folders] = await client.$transaction([client.document.findMany(), client.folder.count()])
    expect([documents.length, folders]).toEqual([3, 2])
    const sql = watchSql(bare)
    await expect(client.$transaction([prisma.document.findMany()])).rejects.toBeInstanceOf(UnsupportedOperationError)
    await expect(async () => prisma.$transaction([client.document.findMany() as never])).rejects.toThrow(
      'All elements of the array need to be Prisma Client promises',
    )
    expect(sql).toEqual([])
  })

  it('cannot be raw, or on the base client without a reason', async () => {
    const client = as(1)
    for (const name of ['$queryRaw', '$executeRawUnsafe', '$extends', '$on', 'nothing'])
      expect(() => Reflect.get(client, name)).toThrow(UnsupportedOperationError)
    expect(() => Reflect.get(client.document, 'findRaw')).toThrow(UnsupportedOperationError)
    expect(() => client.unguarded('')).toThrow('unguarded needs a reason')
    expect(await client.unguarded('a test').document.count()).toBe(4)
    expect(logged).toEqual(['A Prisma client is used without authorization: a test'])
  })
})
