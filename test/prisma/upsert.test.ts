import { ArgumentError, ForbiddenError, QueryError, UnauthenticatedError, UnresolvedFilterError } from '@arcturus/core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { createSchema, openDatabases } from './databases.js'
import { type Client, clientOf, known, schemas, watchSql } from './documents.js'
import { addPeople, authorizationFor, policy } from './people.js'

const databases = await openDatabases('upsert', ['sqlite', 'postgresql', 'mysql'])
const creation = `
  allow(user: User, "create", document: Document) if document.owner = user and document.archived = false;
  allow(user: User, "edit", document: Document) if user.email = "manager" and document.owner.managerId = user.id;
`

describe.each(databases)('upsert on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma, authorizedFilter } = authorizationFor(bare)
  authorizer.loadSync(policy + creation)
  let sql: string[]
  let made = false

  beforeEach(async () => {
    if (!made) {
      await createSchema(database, schemas[known(database.provider)])
      sql = watchSql(bare)
    } else {
      await bare.document.deleteMany()
      await bare.user.updateMany({ data: { managerId: null } })
      await bare.tag.deleteMany()
      await bare.user.deleteMany()
    }
    made = true
    await addPeople(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })
  const user = (id: number): object =>
    authorizer.as('User', { id, email: `${id}`, name: null, active: null, managerId: null })
  const data = (id: number, ownerId: number) => ({ id, body: 'new', archived: false, reviewerId: 1, ownerId })
  const upsert = (client: Client, actor: unknown, id: number, create: object) =>
    client.document.upsert({
      ...authorizedFilter(actor, { action: 'edit', where: { id } }),
      update: { body: 'changed' },
      create: create as ReturnType<typeof data>,
    })

  it('updates a row that the filter leaves', async () => {
    const row = await upsert(prisma, user(1), 1, data(1, 1))
    expect(row).toMatchObject({ id: 1, body: 'changed' })
    expect(authorizer.modelOf(row)).toBe('Document')
    expect(await bare.document.count()).toBe(5)
  })

  it.each<[string, object]>([
    ['the whole', { ...data(8, 1), __prismaRawParameters__: true, values: data(8, 2) }],
    ['the whole by a method', { ...data(8, 1), toJSON: () => data(8, 2) }],
    ['a column', { ...data(8, 1), ownerId: { __prismaRawParameters__: true, values: 2 } }],
    ['a reference', { ...data(8, 1), ownerId: undefined, owner: { connect: { id: 1, toJSON: () => ({ id: 2 }) } } }],
    ['a list', { ...data(8, 1), tags: { connect: [{ __prismaRawParameters__: true, values: { name: 'pub' } }] } }],
  ])('creates nothing of which Prisma would send something else: %s', async (_, create) => {
    await expect(upsert(prisma, user(1), 8, create)).rejects.toThrow(ArgumentError)
    expect(await bare.document.count({ where: { id: 8 } })).toBe(0)
  })

  it('reports a missing reference of a record that refers to itself', async () => {
    const bare = clientOf(database)
    const { authorizer: own, prisma: client, authorizedFilter: filter } = authorizationFor(bare)
    own.loadSync(`
      allow(_, "edit", _: User);
      allow(_, "create", user: User) if not (report in user.reports and report.id > 0);
    `)
    const create = { id: 40, email: 'self' }
    const make = (id: number, managerId: number | null) =>
      client.user.upsert({
        ...filter(user(1), { action: 'edit', where: { id } }),
        update: {},
        create: { ...create, id, managerId },
      })
    await expect(make(40, 40)).rejects.toThrow(QueryError)
    expect((await make(40, null)).id).toBe(40)
  })

  it('creates an allowed row if there is none', async () => {
    const row = await upsert(prisma, user(1), 7, data(7, 1))
    expect(row).toMatchObject({ id: 7, body: 'new', ownerId: 1 })
  })

  it('never updates or duplicates a filtered-out row', async () => {
    await expect(upsert(prisma, user(1), 3, data(3, 1))).rejects.toMatchObject({ code: 'P2002' })
    expect(await bare.document.findUnique({ where: { id: 3 } })).toMatchObject({ body: 'text', ownerId: 2 })
  })

  it('that may not create sends nothing, whether or not there is a row', async () => {
    sql.length = 0
    await expect(upsert(prisma, user(1), 7, data(7, 2))).rejects.toThrow(ForbiddenError)
    await expect(upsert(prisma, user(1), 1, data(1, 2))).rejects.toThrow(ForbiddenError)
    await expect(upsert(prisma, user(1), 7, { ...data(7, 1), archived: true })).rejects.toThrow(ForbiddenError)
    await expect(upsert(prisma, null, 7, data(7, 1))).rejects.toThrow(UnauthenticatedError)
    expect(sql).toEqual([])
  })

  it('sees the references of rows that the data connects by their keys', async () => {
    const { ownerId: _, reviewerId: __, ...rest } = data(7, 1)
    const connected = (id: number) => ({
      ...rest,
      owner: { connect: { id } },
      reviewer: { connect: { id: 1 } },
    })
    await expect(upsert(prisma, user(1), 7, connected(2))).rejects.toThrow(ForbiddenError)
    expect(await upsert(prisma, user(1), 7, connected(1))).toMatchObject({ id: 7, ownerId: 1 })
  })

  it('does not guess values that the data do not contain', async () => {
    const { ownerId: _, reviewerId: __, ...rest } = data(7, 1)
    sql.length = 0
    const reviewer = { connect: { id: 1 } }
    for (const owner of [undefined, { create: { id: 8, email: 'new' } }, { connect: { email: 'ann' } }]) {
      const create = { ...rest, reviewer, ...(owner && { owner }) }
      await expect(upsert(prisma, user(1), 7, create)).rejects.toThrow(QueryError)
      // The row that is there, which is Ann's own, says nothing of the one that would be created.
      await expect(upsert(prisma, user(1), 1, { ...create, id: 1 })).rejects.toThrow(QueryError)
    }
    expect(sql).toEqual([])
  })

  it('has no rows that refer to the new row', async () => {
    authorizer.loadSync(
      `${policy} allow(_, "create", document: Document) if not (tag in document.tags and tag.name = "pub");`,
    )
    const tagged = { ...data(7, 1), tags: { connect: { name: 'pub' } } }
    await expect(upsert(prisma, user(1), 7, tagged)).rejects.toThrow(QueryError)
    expect(await upsert(prisma, user(1), 7, data(7, 1))).toMatchObject({ id: 7 })
    authorizer.loadSync(policy + creation)
  })

  it('reads the rows that the data refers to', async () => {
    authorizer.loadSync(`${policy} allow(_, "create", document: Document) if document.owner.email = "ann";`)
    expect(await upsert(prisma, user(1), 7, data(7, 1))).toMatchObject({ id: 7 })
    await expect(upsert(prisma, user(1), 8, data(8, 2))).rejects.toThrow(ForbiddenError)
    authorizer.loadSync(policy + creation)
  })

  it('is guarded in transactions of both kinds', async () => {
    await prisma.$transaction((tx) => upsert(tx as Client, user(1), 1, data(1, 1)))
    await expect(prisma.$transaction((tx) => upsert(tx as Client, user(1), 7, data(7, 2)))).rejects.toThrow(
      ForbiddenError,
    )
    await expect(prisma.$transaction([upsert(prisma, user(1), 7, data(7, 2))])).rejects.toThrow(ForbiddenError)
    expect(await bare.document.findMany({ where: { body: { not: 'text' } } })).toMatchObject([{ id: 1 }])
  })

  it('of many at once on one new row creates it once', async () => {
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => upsert(prisma, user(1), 7, data(7, 1))))
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason.code).toMatch(/^P20(02|34|39)$/)
    expect(await bare.document.count({ where: { id: 7 } })).toBe(1)
  })

  it('on a client that is not extended sends nothing', async () => {
    sql.length = 0
    await expect(upsert(bare, user(1), 7, data(7, 1))).rejects.toThrow(UnresolvedFilterError)
    expect(sql).toEqual([])
  })
})
