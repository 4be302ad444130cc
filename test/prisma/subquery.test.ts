import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, known, watchSql } from './documents.js'

/** Conditions without a `where`: texts under a collation, columns of two rows, recursion. Each has rows that the actor reads. */
const policy = `
  allow(user: User, "read", document: Document) if document.reviewer.name = document.title and user.id = 1;
  allow(_: User, "read", document: Document) if document.archived;
  allow(user: User, "spell", document: Document) if document.title = user.name;
  allow(user: User, "look", document: Document) if user.id = 1 and document.title.includes("n");
  allow(_: User, "climb", document: Document) if has_root(document.folder, "root");
  allow(user: User, "read", membership: Membership) if user.id = 1 and membership.role = membership.organization.name;
  allow(_: User, "read", user: User) if user.manager != nil and user.manager.name = user.email;
  allow(user: User, "create", _: Document) if user.id = 1;

  has_root(folder: Folder, name: String) if folder.name = name;
  has_root(folder: Folder, name: String) if has_root(folder.parent, name);
`

const databases = await openDatabases('subquery', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Rows whose keys are looked up on $name', (database) => {
  const authorizer = new Authorizer()
  const provider = known(database.provider)
  const bare = clientOf(database)
  const { prisma, authorizedFilter, authorizedWhere } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
  authorizer.loadSync(policy)
  let sql: string[]
  const user = { id: 1, email: 'ann', name: 'Ann', active: null, managerId: null }

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.createMany({ data: [user, { id: 2, email: 'Bo', name: 'Bo' }] })
    await bare.folder.create({ data: { id: 1, name: 'root' } })
    for (const id of [2, 3, 4]) await bare.folder.create({ data: { id, name: `${id}`, parentId: id - 1 } })
    await bare.folder.create({ data: { id: 5, name: 'Root' } })
    const document = { body: 'text', archived: false, reviewerId: 1 }
    const titles = ['Ann', 'ann', 'Ann ', 'Bo', null, 'Ánn']
    await bare.document.createMany({
      data: titles.map((title, at) => ({
        ...document,
        ...{ id: at + 1, title, ownerId: title === null ? null : 1, folderId: at < 5 ? at + 1 : null },
        archived: at === 4,
      })),
    })
    const place = { region: 'eu', name: 'owner' }
    await bare.organization.createMany({ data: [1, 2].map((code) => ({ ...place, code })) })
    const roles = ['owner', 'guest', 'Owner', 'owner']
    await bare.membership.createMany({
      data: roles.map((role, at) => ({ userId: (at >> 1) + 1, orgRegion: 'eu', orgCode: (at & 1) + 1, role })),
    })
    sql = watchSql(bare)
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const ann = () => authorizer.as('User', { ...user })
  const ids = async (action: string, args: object = {}) =>
    (await prisma.document.findMany({ ...authorizedFilter(ann(), { action, ...args }), orderBy: { id: 'asc' } })).map(
      ({ id }) => id,
    )

  it.each([
    ['read', [1, 5]],
    ['spell', [1]],
    ['look', [1, 2, 3, 6]],
    ['climb', [1, 2, 3, 4]],
  ])('are those that a check allows: %s', async (action, expected) => {
    expect(await ids(action)).toEqual(expected)
    expect(await ids(action, { strategy: 'subquery' })).toEqual(expected)
    const rows = await prisma.document.findMany({ include: { reviewer: true }, orderBy: { id: 'asc' } })
    const allowed = await Promise.all(rows.map((row) => authorizer.isAllowed(ann(), action, row).catch(() => false)))
    expect(rows.filter((_, at) => allowed[at]).map(({ id }) => id)).toEqual(expected)
  })

  it('are found by one earlier query for the parts without a where', async () => {
    sql.length = 0
    await ids('read')
    // The first list reads how texts are compared, too.
    const own = sql.filter((one) => !/sqlite_master|char\(0\)|pg_attribute|information_schema/.test(one))
    expect(own, own.join('\n')).toHaveLength(2)
    expect(own[0]).not.toContain('archived')
    expect(own[1]).toContain('archived')
    sql.length = 0
    await prisma.document.findMany({
      ...authorizedFilter(ann(), { include: { owner: { include: { owned: true } } } }),
      where: { id: 1 },
    })
    expect(sql.filter((one) => one.includes('key0'))).toHaveLength(2)
  })

  it('are found by keys of several columns', async () => {
    const rows = await prisma.membership.findMany(authorizedFilter(ann()))
    expect(rows.map(({ userId, orgCode }) => [userId, orgCode])).toEqual(
      expect.arrayContaining([
        [1, 1],
        [2, 2],
      ]),
    )
    expect(rows).toHaveLength(2)
    expect(await prisma.membership.count(authorizedFilter(ann()))).toBe(2)
  })

  it('are rejected by strategy `where`, and an invalid strategy throws', async () => {
    await expect(ids('read', { strategy: 'where' })).rejects.toThrow(UnsupportedFilterError)
    expect(() => authorizedFilter(ann(), { strategy: 'best' as 'auto' })).toThrow(/one of auto, where, subquery/)
  })

  it('are all that operations read and write', async () => {
    const filter = () => authorizedFilter(ann(), { action: 'spell' })
    expect(await prisma.document.count(filter())).toBe(1)
    expect(await prisma.document.aggregate({ ...filter(), _max: { id: true } })).toEqual({ _max: { id: 1 } })
    expect(await prisma.document.groupBy({ ...filter(), by: ['title'] })).toEqual([{ title: 'Ann' }])
    expect(await prisma.document.findUnique({ where: { id: 2, ...filter().where } })).toBe(null)
    expect(await prisma.document.findFirst({ ...filter(), orderBy: { id: 'desc' }, select: { id: true } })).toEqual({
      id: 1,
    })
    expect(await prisma.document.updateMany({ ...filter(), data: { views: 7 } })).toEqual({ count: 1 })
    expect(await bare.document.count({ where: { views: 7 } })).toBe(1)
    await expect(
      prisma.document.update({ where: { id: 2, ...filter().where }, data: { views: 8 } }),
    ).rejects.toMatchObject({
      code: 'P2025',
    })
    await expect(prisma.document.delete({ where: { id: 2, ...filter().where } })).rejects.toMatchObject({
      code: 'P2025',
    })
    expect(await prisma.document.deleteMany({ where: { id: 2, ...filter().where } })).toEqual({ count: 0 })
    const create = { id: 9, body: '', archived: false, reviewerId: 1 }
    await expect(
      prisma.document.upsert({
        where: { id: 2, ...filter().where },
        update: { views: 8 },
        create: { ...create, id: 2 },
      }),
    ).rejects.toMatchObject({ code: 'P2002' })
    expect(await bare.document.count({ where: { views: 8 } })).toBe(0)
  })

  it('are found side by side, and before a transaction that is a list of queries', async () => {
    const filter = () => authorizedFilter(ann(), { action: 'spell', select: { id: true } })
    const found = await Promise.all(
      [1, 2].map((id) => prisma.document.findUnique({ ...filter(), where: { id, ...filter().where } })),
    )
    expect(found).toEqual([{ id: 1 }, null])
    const [rows, count] = await prisma.$transaction([
      prisma.document.findMany(filter()),
      prisma.document.count({ where: filter().where }),
    ])
    expect([rows, count]).toEqual([[{ id: 1 }], 1])
  })

  it('are found within an interactive transaction, which sees what it wrote', async () => {
    const undo = new Error('undo')
    const transaction = prisma.$transaction(async (tx) => {
      await tx.document.update({ where: { id: 4 }, data: { title: 'Ann' } })
      const rows = await tx.document.findMany({
        ...authorizedFilter(ann(), { action: 'spell' }),
        orderBy: { id: 'asc' },
      })
      expect(rows.map(({ id }) => id)).toEqual([1, 4])
      const where = await authorizedWhere(ann(), 'spell', 'Document', { prisma: tx })
      expect(await tx.document.count({ where })).toBe(2)
      throw undo
    })
    await expect(transaction).rejects.toBe(undo)
    expect(await ids('spell')).toEqual([1])
  })

  it('are found for authorizedWhere by the guarded or the passed client', async () => {
    for (const prisma of [undefined, bare]) {
      const where = await authorizedWhere(ann(), 'read', 'Document', { prisma })
      expect(await bare.document.count({ where })).toBe(2)
    }
  })

  it('are rejected beyond the limit of a where', async () => {
    const many = provider === 'sqlite' ? 900 : 0
    if (many === 0) return
    await bare.document.createMany({
      data: Array.from({ length: many }, (_, at) => ({
        id: 1000 + at,
        body: '',
        archived: false,
        reviewerId: 1,
        title: 'Ann',
      })),
    })
    await expect(ids('spell', { strategy: 'subquery' })).rejects.toMatchObject({ data: { reason: 'bind-limit' } })
    await bare.document.deleteMany({ where: { id: { gte: 1000 } } })
  })

  it('are found however deep the recursion goes', async () => {
    const depth = 1500
    await bare.folder.createMany({
      data: Array.from({ length: depth }, (_, at) => ({ id: 10 + at, name: `${at}`, parentId: at === 0 ? 1 : 9 + at })),
    })
    await bare.document.update({ where: { id: 6 }, data: { folderId: 9 + depth } })
    expect(await ids('climb')).toEqual([1, 2, 3, 4, 6])
    await bare.document.update({ where: { id: 6 }, data: { folderId: null } })
  })
})
