import { ArgumentError, UnresolvedFilterError, UnsupportedFilterError, UnsupportedOperationError } from '@arcturus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments, watchSql } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('filters', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('authorizedFilter on $name', (database) => {
  const bare = clientOf(database)
  const own = authorizationFor(bare)
  const { authorizer, prisma, authorizedFilter, authorizedWhere } = own
  const another = authorizationFor(bare)
  let sql: string[]
  const anonymous = null

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    sql = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const user = (): object => authorizer.as('User', { id: 1, email: 'ann', name: null, active: null, managerId: null })

  /** Every operation that a `where` guards, with a filter for Ann. What `delete` and `update` would change is none of hers. */
  type Filter = ReturnType<typeof filter>
  const filter = () => authorizedFilter(user())
  const operations: Record<string, (client: Client, filter: Filter) => PromiseLike<unknown>> = {
    findMany: (client, own) => client.document.findMany(own),
    findFirst: (client, own) => client.document.findFirst(own),
    findFirstOrThrow: (client, own) => client.document.findFirstOrThrow(own),
    findUnique: (client, own) => client.document.findUnique({ where: { id: 1, ...own.where } }),
    findUniqueOrThrow: (client, own) => client.document.findUniqueOrThrow({ where: { id: 1, ...own.where } }),
    count: (client, own) => client.document.count(own),
    aggregate: (client, own) => client.document.aggregate({ ...own, _sum: { views: true } }),
    groupBy: (client, own) => client.document.groupBy({ ...own, by: ['ownerId'], orderBy: { ownerId: 'asc' } }),
    updateMany: (client, own) => client.document.updateMany({ ...own, data: { pinned: null } }),
    deleteMany: (client, own) => client.document.deleteMany({ where: { ...own.where, id: 99 } }),
    update: (client, own) => client.document.update({ where: { id: 1, ...own.where }, data: { pinned: null } }),
    delete: (client, own) => client.document.delete({ where: { id: 3, ...own.where } }),
    include: (client, own) => client.user.findMany({ include: { owned: own }, orderBy: { id: 'asc' } }),
    select: (client, own) => client.user.findMany({ select: { owned: own }, orderBy: { id: 'asc' } }),
    'a count of related rows': (client, own) =>
      client.user.findMany({ select: { _count: { select: { owned: own } } }, orderBy: { id: 'asc' } }),
    'a fluent call': (client, own) => client.user.findUnique({ where: { id: 2 } }).owned(own),
    'a batch transaction': (client, own) =>
      client.$transaction([client.document.findMany(own), client.document.count(own)]),
    'an interactive transaction': (client, own) => client.$transaction((tx) => tx.document.findMany(own)),
    'queries side by side': (client, own) =>
      Promise.all(
        [1, 3, 4].map((id) => client.document.findUnique({ where: { id, ...own.where }, select: { id: true } })),
      ),
  }

  describe('on a plain client', () => {
    it.each(Object.keys(operations))('throws our own error for %s, before any SQL', async (name) => {
      sql.length = 0
      await expect(operations[name]!(bare, filter())).rejects.toThrow(UnresolvedFilterError)
      expect(sql).toEqual([])
    })

    it.each<[string, (own: Filter) => object]>([
      ['spread into other arguments', (own) => ({ ...own, take: 1 })],
      ['spread before a where of its own', (own) => ({ ...own, where: { archived: false } })],
      ['spread into a where of its own', (own) => ({ where: { archived: false, ...own.where } })],
      ['put into AND', (own) => ({ where: { AND: [own.where] } })],
      ['put into the filter of a relation', (own) => ({ where: { related: { some: own.where } } })],
      ['cloned by assignment', (own) => Object.assign({}, own)],
    ])('throws when it is %s', async (_, args) => {
      sql.length = 0
      await expect(bare.document.findMany(args(filter()))).rejects.toThrow(UnresolvedFilterError)
      expect(sql).toEqual([])
    })

    it('can be logged, but not cloned', () => {
      expect(JSON.stringify(filter())).toContain('[authorizedFilter]')
      expect(() => structuredClone(filter())).toThrow()
    })
  })

  describe('on the guarded client', () => {
    const expected: Record<string, (result: never) => unknown> = {
      findMany: (rows: { id: number }[]) => expect(rows.map((row) => row.id).sort()).toEqual([1, 2, 4]),
      findFirst: (row: { id: number }) => expect([1, 2, 4]).toContain(row.id),
      findFirstOrThrow: (row: { id: number }) => expect([1, 2, 4]).toContain(row.id),
      findUnique: (row: { id: number }) => expect(row.id).toBe(1),
      findUniqueOrThrow: (row: { id: number }) => expect(row.id).toBe(1),
      count: (count: number) => expect(count).toBe(3),
      aggregate: (result: object) => expect(result).toEqual({ _sum: { views: 7 } }),
      groupBy: (groups: object[]) => expect(groups).toEqual([{ ownerId: 1 }, { ownerId: 2 }]),
      updateMany: (result: object) => expect(result).toEqual({ count: 3 }),
      deleteMany: (result: object) => expect(result).toEqual({ count: 0 }),
      update: (row: { id: number }) => expect(row.id).toBe(1),
      include: (users: { owned: { id: number }[] }[]) =>
        expect(users.map((one) => one.owned.map((row) => row.id).sort())).toEqual([[1, 2], [4]]),
      select: (users: { owned: { id: number }[] }[]) =>
        expect(users.map((one) => one.owned.map((row) => row.id).sort())).toEqual([[1, 2], [4]]),
      'a count of related rows': (users: object[]) =>
        expect(users).toEqual([{ _count: { owned: 2 } }, { _count: { owned: 1 } }]),
      'a fluent call': (rows: { id: number }[]) => expect(rows.map((row) => row.id)).toEqual([4]),
      'a batch transaction': ([rows, count]: [unknown[], number]) => expect([rows.length, count]).toEqual([3, 3]),
      'an interactive transaction': (rows: unknown[]) => expect(rows).toHaveLength(3),
      'queries side by side': (rows: unknown[]) => expect(rows).toEqual([{ id: 1 }, null, { id: 4 }]),
    }
    const others: Record<string, typeof own> = {
      alone: own,
      'after an extension that rewrites arguments': authorizationFor(rewriting(bare)),
      'before an extension that rewrites arguments': { ...own, prisma: rewriting(prisma) },
    }
    const cases = Object.keys(others).flatMap((where) =>
      Object.keys(expected).map((operation) => [operation, where] as const),
    )

    it.each(cases)('filters %s (%s)', async (operation, where) => {
      const { prisma: client, authorizedFilter: filterOf } = others[where]!
      expected[operation]!((await operations[operation]!(client, filterOf(user()))) as never)
    })

    it.each<[string, (own: Filter) => object, number[]]>([
      ['spread into other arguments', (own) => ({ ...own, orderBy: { id: 'desc' }, take: 2 }), [2, 4]],
      ['spread before a where', (own) => ({ ...own, where: { id: { gt: 1 } } }), [2, 4]],
      ['spread into a where', (own) => ({ where: { ...own.where, id: { gt: 1 } } }), [2, 4]],
      ['given a where', () => authorizedFilter(user(), { where: { id: { gt: 1 } } }), [2, 4]],
      ['given a where with AND', () => authorizedFilter(user(), { where: { AND: { id: { gt: 1 } } } }), [2, 4]],
      [
        'given a where with AND of several',
        () => authorizedFilter(user(), { where: { AND: [{ id: { gt: 1 } }, { id: { lt: 4 } }] } }),
        [2],
      ],
      ['given a where with OR', () => authorizedFilter(user(), { where: { OR: [{ id: 3 }, { id: 4 }] } }), [4]],
      ['given a where with OR of nothing', () => authorizedFilter(user(), { where: { OR: [] } }), []],
      ['given a where with OR of empty conditions', () => authorizedFilter(user(), { where: { OR: [{}, {}] } }), []],
      ['spread before OR of nothing', (own) => ({ where: { ...own.where, OR: [], id: { gt: 1 } } }), []],
      ['given another action', () => authorizedFilter(user(), { action: 'edit' }), [1, 2]],
      ['for nobody', () => authorizedFilter(anonymous), [4]],
      ['given a filter', (own) => authorizedFilter(user(), { action: 'edit', where: own.where }), [1, 2]],
      [
        'given filtered arguments',
        () => authorizedFilter(anonymous, { ...authorizedFilter(user(), { action: 'edit' }) }),
        [],
      ],
    ])('keeps the filter when it is %s', async (_, args, ids) => {
      const rows = await prisma.document.findMany(args(filter()))
      expect(rows.map((row) => row.id).sort()).toEqual(ids)
    })

    it.each([
      [
        'update',
        (client: Client) => client.document.update({ where: { id: 3, ...filter().where }, data: { pinned: null } }),
      ],
      ['delete', (client: Client) => client.document.delete({ where: { id: 3, ...filter().where } })],
      [
        'findUniqueOrThrow',
        (client: Client) => client.document.findUniqueOrThrow({ where: { id: 3, ...filter().where } }),
      ],
      ['findFirstOrThrow', (client: Client) => client.document.findFirstOrThrow({ ...filter(), where: { id: 3 } })],
    ])('treats a filtered-out row as missing in %s', async (_, run) => {
      await expect(run(prisma)).rejects.toMatchObject({ code: 'P2025' })
      expect(await bare.document.count()).toBe(5)
    })

    const row = { id: 9, body: '', archived: false, reviewerId: 1 }
    it('rejects upsert if the policy has no rule for creation', async () => {
      sql.length = 0
      const upsert = prisma.document.upsert({ where: { id: 9, ...filter().where }, update: {}, create: row })
      await expect(upsert).rejects.toThrow(ArgumentError)
      // The first filter reads how texts are compared.
      expect(sql.filter((one) => !/sqlite_master|char\(0\)|pg_attribute|information_schema/.test(one))).toEqual([])
    })

    it.each<[string, (client: Client, own: object) => PromiseLike<unknown>]>([
      ['create', (client, own) => client.document.create({ ...own, data: row })],
      ['createMany', (client, own) => client.document.createMany({ ...own, data: [row] })],
      ['createManyAndReturn', (client, own) => client.document.createManyAndReturn({ ...own, data: [row] })],
    ])('rejects %s, which selects no rows', async (operation, run) => {
      if (operation === 'createManyAndReturn' && database.provider === 'mysql') return
      sql.length = 0
      await expect(run(prisma, filter())).rejects.toThrow(UnsupportedOperationError)
      expect(sql).toEqual([])
    })

    it.skipIf(database.provider === 'mysql')('filters updateManyAndReturn', async () => {
      const rows = await prisma.document.updateManyAndReturn({ ...filter(), data: { pinned: null } })
      expect(rows.map(({ id }) => id).sort()).toEqual([1, 2, 4])
      expect(rows.map((one) => authorizer.modelOf(one))).toEqual(['Document', 'Document', 'Document'])
    })

    it.each<[string, object]>([
      ['OR in AND', { where: { AND: [{ OR: [{ id: 1 }, filter().where] }] } }],
      ['OR', { where: { OR: [{ id: 1 }, filter().where] } }],
      ['the filter of a relation', { where: { related: { some: filter().where } } }],
      ['the filter of another authorization', another.authorizedFilter(anonymous)],
    ])('throws for a filter in a place that is not resolved: %s', async (_, args) => {
      sql.length = 0
      await expect(prisma.document.findMany(args)).rejects.toThrow(UnresolvedFilterError)
      expect(sql).toEqual([])
    })

    it('throws the error of the policy', async () => {
      const strict = authorizationFor(bare)
      strict.authorizer.loadSync('allow(_, "read", document: Document) if document.id = 1 and print(document);')
      sql.length = 0
      await expect(strict.prisma.document.findMany(strict.authorizedFilter(user()))).rejects.toThrow(
        UnsupportedFilterError,
      )
      expect(sql).toEqual([])
    })
  })

  it('gives a where for any client and any place', async () => {
    const where = await authorizedWhere(user(), 'read', 'Document')
    const rows = await bare.document.findMany({ where: { OR: [where, { id: 3 }] }, orderBy: { id: 'asc' } })
    expect(rows.map((row) => row.id)).toEqual([1, 2, 3, 4])
    const related = await bare.user.findMany({
      where: { owned: { some: await authorizedWhere(anonymous, 'read', 'Document') } },
    })
    expect(related.map((row) => row.id)).toEqual([2])
  })

  it.each([
    ['an undefined actor', () => authorizedFilter(undefined)],
    ['an action that is no text', () => authorizedFilter(user(), { action: 1 as unknown as string })],
  ])('throws at once for %s', (_, call) => {
    expect(call).toThrow(ArgumentError)
  })

  function rewriting(client: Client): Client {
    return client.$extends({
      name: 'rewriting',
      query: { $allModels: { $allOperations: ({ args, query }) => query({ ...args }) } },
    }) as unknown as Client
  }
})
