import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments, watchSql } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('cursor', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('A cursor on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma, authorizedFilter } = authorizationFor(bare)
  let sql: string[]

  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    await bare.organization.create({ data: { region: 'eu', code: 1 } })
    sql = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const ann = (): object => authorizer.as('User', { id: 1, email: 'ann', name: null, active: null, managerId: null })
  const page = (id: number) => ({ ...authorizedFilter(ann()), cursor: { id }, orderBy: { id: 'asc' } as const })

  it('that names a visible row goes on from it', async () => {
    const rows = await prisma.document.findMany({ ...page(1), skip: 1 })
    expect(rows.map((row) => row.id)).toEqual([2, 4])
    expect(await prisma.document.count(page(2))).toBe(2)
  })

  it('may name a row that the own where leaves out, as Prisma has it', async () => {
    const rows = await prisma.document.findMany({ ...page(1), where: { id: { gt: 1 } } })
    expect(rows.map((row) => row.id)).toEqual([2, 4])
  })

  // Document 3 is hidden from Ann. After it comes document 4.
  const hidden: Record<string, (client: Client) => Promise<unknown>> = {
    findMany: async (client) => client.document.findMany(page(3)),
    findFirst: async (client) => [await client.document.findFirst(page(3))].filter((row) => row !== null),
    count: async (client) => Array.from({ length: await client.document.count(page(3)) }),
    'count of columns': async (client) =>
      Array.from({ length: (await client.document.count({ ...page(3), select: { _all: true, id: true } }))._all }),
    aggregate: async (client) =>
      Array.from({ length: (await client.document.aggregate({ ...page(3), _count: true }))._count }),
    'aggregate of columns': async (client) => {
      const { _sum, _min, _count } = await client.document.aggregate({
        ...page(3),
        _sum: { id: true },
        _min: { id: true },
        _count: { id: true },
      })
      return [_sum.id, _min.id, _count.id || null].filter((value) => value !== null)
    },
  }

  it.each(Object.keys(hidden))(
    'that names a hidden row leads to nothing, as one that does not exist: %s',
    async (name) => {
      expect(await hidden[name]!(prisma)).toEqual([])
    },
  )

  it.each(['findMany', 'findFirst'])('of a hidden row inside a transaction leads to nothing: %s', async (name) => {
    expect(await prisma.$transaction((tx) => hidden[name]!(tx as Client))).toEqual([])
  })

  it('in a batch is followed, or leads to nothing', async () => {
    const [before, hiddenRows, shown, count] = await prisma.$transaction([
      prisma.document.findMany({ where: { id: 5 } }),
      prisma.document.findMany(page(3)),
      prisma.document.findMany(page(2)),
      prisma.document.count(page(3)),
    ])
    expect([before.map((row) => row.id), hiddenRows, shown.map((row) => row.id), count]).toEqual([[5], [], [2, 4], 0])
  })

  it('of findFirstOrThrow fails for a hidden row as for one that does not exist', async () => {
    await expect(prisma.document.findFirstOrThrow(page(3))).rejects.toMatchObject({ code: 'P2025' })
  })

  it('sees what its own transaction wrote', async () => {
    const rows = await prisma.$transaction(async (tx) => {
      await tx.document.create({ data: { id: 9, body: '', archived: false, reviewerId: 1, ownerId: 1, views: 9 } })
      const found = await tx.document.findMany(page(9))
      await tx.document.delete({ where: { id: 9 } })
      return found
    })
    expect(rows.map((row) => row.id)).toEqual([9])
  })

  it('of a composite key is looked for by its columns', async () => {
    authorizer.loadSync('allow(_, "read", org: Organization) if org.code = 1;')
    const rows = await prisma.organization.findMany({
      ...authorizedFilter(null),
      cursor: { place: { region: 'eu', code: 1 } },
    })
    expect(rows).toHaveLength(1)
    authorizer.loadSync('allow(_, "read", org: Organization) if org.code = 2;')
    expect(
      await prisma.organization.findMany({ ...authorizedFilter(null), cursor: { place: { region: 'eu', code: 1 } } }),
    ).toEqual([])
  })

  it('without a filter is sent as it is, by one query', async () => {
    sql.length = 0
    await prisma.document.findMany({ cursor: { id: 3 }, orderBy: { id: 'asc' } })
    expect(sql).toHaveLength(1)
  })
})
