import { ArgumentError, UnresolvedFilterError, UnsupportedFilterError, UnsupportedOperationError } from '@arcturus/core'
import { PrismaSchemaError } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments, watchSql } from './documents.js'
import { addPeople, authorizationFor, policy } from './people.js'

const databases = await openDatabases('related', ['sqlite', 'postgresql', 'mysql'])

// Ann reads her documents 1 and 2 and the public 4; of the users she reads herself and Bo, whose manager she is; all tags.
describe.each(databases)('Relations that a filtered query includes on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma, authorizedFilter } = authorizationFor(bare)
  let sql: string[]

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    await bare.user.create({ data: { id: 3, email: 'cy', managerId: 2 } })
    await bare.document.create({ data: { id: 6, body: '', archived: false, reviewerId: 3, ownerId: 3 } })
    await bare.document.update({ where: { id: 6 }, data: { tags: { connect: { name: 'pub' } } } })
    await bare.document.update({ where: { id: 1 }, data: { related: { connect: [{ id: 2 }, { id: 3 }, { id: 4 }] } } })
    await bare.document.update({ where: { id: 4 }, data: { related: { connect: [{ id: 3 }, { id: 1 }] } } })
    sql = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const user = (id: number, managerId: number | null): object =>
    authorizer.as('User', { id, email: `${id}`, name: null, active: null, managerId })
  const ann = (): object => user(1, null)
  const ids = (rows: readonly { id: number }[]): number[] => rows.map((row) => row.id).sort()

  it('are filtered by the same policy if they have a filter', async () => {
    const rows = await prisma.document.findMany(
      authorizedFilter(ann(), { include: { related: true, owner: true, tags: true }, orderBy: { id: 'asc' } }),
    )
    expect(rows.map((row) => [row.id, ids(row.related), row.owner?.id, row.tags.length])).toEqual([
      [1, [2, 4], 1, 0],
      [2, [], 1, 0],
      [4, [1], 2, 1],
      // Cy, whose manager is Bo, is nobody whom Ann may see.
      [6, [], undefined, 1],
    ])
    expect(rows[3]?.owner).toBeNull()
  })

  it('are filtered at every depth of include and select', async () => {
    const rows = await prisma.document.findMany(
      authorizedFilter(ann(), {
        where: { id: 1 },
        include: { related: { include: { related: { select: { id: true, owner: { include: { owned: true } } } } } } },
      }),
    )
    const four = rows[0]?.related.find((row) => row.id === 4)
    expect(four?.related.map((row) => row.id)).toEqual([1])
    expect(ids(four?.related[0]?.owner?.owned ?? [])).toEqual([1, 2])
  })

  it('keep their own where, order and limit', async () => {
    const rows = await prisma.document.findMany(
      authorizedFilter(ann(), {
        where: { id: 1 },
        select: { related: { where: { id: { gt: 2 } }, orderBy: { id: 'desc' }, take: 5, select: { id: true } } },
      }),
    )
    expect(rows).toEqual([{ related: [{ id: 4 }] }])
  })

  it('are counted as they are filtered', async () => {
    const counted = (_count: unknown) =>
      prisma.user.findMany(authorizedFilter(ann(), { include: { _count } as object, orderBy: { id: 'asc' } }))
    const some = (await counted({ select: { owned: true } })) as unknown as { _count: { owned: number } }[]
    expect(some.map((row) => row._count)).toEqual([{ owned: 2 }, { owned: 1 }])
    const all = (await counted(true)) as unknown as { _count: object }[]
    const plain = await bare.user.findFirstOrThrow({ include: { _count: true } })
    expect(Object.keys(all[0]!._count)).toEqual(Object.keys(plain._count))
    expect(all[0]!._count).toMatchObject({ owned: 2, reports: 1 })
  })

  it('have the counts of their own where too', async () => {
    const rows = await prisma.user.findMany(
      authorizedFilter(ann(), {
        where: { id: 1 },
        select: { _count: { select: { owned: { where: { id: 2 } }, reports: { where: { id: 3 } } } } },
      }),
    )
    expect(rows).toEqual([{ _count: { owned: 1, reports: 0 } }])
  })

  it('that are required are rejected if rows can be hidden, before any SQL', async () => {
    sql.length = 0
    for (const args of [
      { include: { reviewer: true } },
      { select: { reviewer: { select: { id: true } } } },
      { include: { related: { include: { reviewer: true } } } },
    ]) {
      const query = prisma.document.findMany(authorizedFilter(ann(), args))
      await expect(query).rejects.toThrow(UnsupportedFilterError)
      await expect(prisma.document.findMany(authorizedFilter(ann(), args))).rejects.toMatchObject({
        data: { reason: 'required-relation' },
      })
    }
    expect(sql).toEqual([])
  })

  it('that are required are included if no row is hidden', async () => {
    const open = authorizationFor(bare)
    open.authorizer.loadSync('allow(_, "read", _: Document); allow(_, "read", _: User);')
    const args = open.authorizedFilter(null, {
      include: { reviewer: { include: { owned: true } } },
      orderBy: { id: 'asc' },
    })
    const rows = await open.prisma.document.findMany(args)
    expect(rows.map((row) => row.reviewer.id)).toEqual([1, 1, 1, 1, 1, 3])
    expect(rows[0]?.reviewer.owned).toHaveLength(2)
  })

  it('are unfiltered without a filter', async () => {
    const rows = await prisma.document.findMany({
      ...authorizedFilter(ann()),
      include: { related: true, reviewer: true },
      orderBy: { id: 'asc' },
    })
    expect(ids(rows[0]!.related)).toEqual([2, 3, 4])
    expect(rows[0]!.reviewer.id).toBe(1)
  })

  it('stay filtered when the include is replaced beside the filter', async () => {
    const rows = await prisma.document.findMany({
      ...authorizedFilter(ann(), { include: { tags: true } }),
      include: { related: true },
      orderBy: { id: 'asc' },
    })
    expect(ids(rows[0]!.related)).toEqual([2, 4])
  })

  it('have their own filter, or inherit the one above', async () => {
    const rows = await prisma.document.findMany(
      authorizedFilter(ann(), {
        where: { id: 1 },
        include: { related: { ...authorizedFilter(null), include: { related: true } } },
      }),
    )
    expect(rows[0]?.related.map((row) => [row.id, ids(row.related)])).toEqual([[4, [1]]])
  })

  it('refuse the filter that another authorization put into their where', async () => {
    const nobodys = authorizationFor(bare).authorizedFilter(null)
    const own = authorizedFilter(ann(), { where: { id: 1 }, include: { related: { where: nobodys.where } } })
    await expect(prisma.document.findMany(own)).rejects.toThrow(UnresolvedFilterError)
  })

  it.each<[string, (client: Client) => PromiseLike<readonly { id: number }[]>]>([
    [
      'below a query without a filter',
      async (client) =>
        (
          await client.user.findUniqueOrThrow({
            where: { id: 1 },
            include: { owned: authorizedFilter(ann(), { where: { id: 1 }, include: { related: true } }) },
          })
        ).owned[0]!.related,
    ],
    [
      'of findUnique',
      async (client) =>
        (
          await client.document.findUniqueOrThrow(
            authorizedFilter(ann(), { where: { id: 1 }, include: { related: true } }),
          )
        ).related,
    ],
    [
      'of update',
      async (client) =>
        (
          await client.document.update(
            authorizedFilter(ann(), {
              action: 'edit',
              where: { id: 1 },
              data: { pinned: true },
              include: { related: true },
            }),
          )
        ).related,
    ],
    [
      'of a fluent call',
      async (client) =>
        (await client.user
          .findUnique({ where: { id: 1 } })
          .owned(authorizedFilter(ann(), { where: { id: 1 }, include: { related: true } })))![0]!.related,
    ],
    [
      'in a transaction',
      (client) =>
        client.$transaction(
          async (tx) =>
            (
              await tx.document.findFirstOrThrow(
                authorizedFilter(ann(), { where: { id: 1 }, include: { related: true } }),
              )
            ).related,
        ),
    ],
  ])('are filtered in every operation that returns rows: %s', async (_, run) => {
    expect(ids(await run(prisma))).toEqual([2, 4])
  })

  it('that were filtered do not count as loaded relations', async () => {
    const cy = await prisma.document.findUniqueOrThrow(
      authorizedFilter(null, { where: { id: 6 }, include: { owner: true } }),
    )
    expect(cy.owner).toBeNull()
    const owner = user(3, 2)
    expect(authorizer.can(owner, 'edit', cy)).toBe(true)
    authorizer.loadSync('allow(_, "read", document: Document) if document.owner = nil;')
    expect(await authorizer.isAllowed(null, 'read', cy)).toBe(false)
    authorizer.loadSync(policy)
  })

  it('that were filtered are not loaded in copies of rows with computed fields either', async () => {
    authorizer.loadSync(`${policy} allow(_, "promote", document: Document) if document.owner.manager = nil;`)
    const label = { needs: { id: true }, compute: ({ id }: { id: number }) => `${id}` }
    const client = (prisma as unknown as { $extends(one: unknown): Client }).$extends({
      result: { user: { label }, document: { label } },
    })
    const row = await client.document.findUniqueOrThrow(
      authorizedFilter(user(3, 2), { where: { id: 6 }, include: { owner: { include: { manager: true } } } }),
    )
    expect(row.owner).toMatchObject({ id: 3, managerId: 2, manager: null })
    const copy = authorizer.as('Document', { ...row })
    expect(authorizer.can(null, 'promote', copy)).toBe(false)
    expect(await authorizer.isAllowed(null, 'promote', copy)).toBe(false)
    authorizer.loadSync(policy)
  })

  it('are followed to a hidden row by no cursor', async () => {
    const owned = { ...authorizedFilter(ann()), cursor: { id: 3 } }
    const user = await prisma.user.findFirstOrThrow({ where: { id: 2 }, include: { owned } })
    expect(user.owned).toEqual([])
    // The database alone would follow it here.
    const where = { id: 2 }
    for (const find of [
      () => prisma.user.findUnique({ where, include: { owned } }),
      () => prisma.user.findUnique({ where }).owned(owned),
      () => prisma.user.update({ where, data: { name: 'Bo' }, include: { owned } }),
      () => prisma.user.findUnique(authorizedFilter(ann(), { where, include: { owned: { cursor: { id: 3 } } } })),
    ])
      await expect(find()).rejects.toThrow(UnsupportedOperationError)
    expect(await bare.user.findUnique({ where })).toMatchObject({ name: null })
    const tags = { ...authorizedFilter(ann()), cursor: { name: 'pub' } }
    expect(await prisma.document.findUnique({ where: { id: 4 } }).tags(tags)).toHaveLength(1)
  })

  it.each([1, 'true', null, [], () => {}])('are selected by nothing but true, or arguments: %s', async (value) => {
    const some = value as unknown as true
    const where = { id: 1 }
    for (const args of [
      { where, include: { related: some } },
      { where, select: { related: some } },
      { where, include: { _count: some } },
      { where, include: { _count: { select: { related: some } } } },
    ])
      await expect(prisma.document.findMany(authorizedFilter(ann(), args))).rejects.toThrow(ArgumentError)
  })

  it('are not selected by names that the schema does not know', async () => {
    const args = { include: { kin: true } } as object
    await expect(prisma.document.findMany(authorizedFilter(ann(), args))).rejects.toThrow(PrismaSchemaError)
  })
})
