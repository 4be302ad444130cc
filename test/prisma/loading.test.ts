import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RelationMemory } from '../../packages/core/src/authorizer/relations/relations.js'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments, watchSql } from './documents.js'

/** The compared columns are two relations away from the user, and from the document. */
const policy = `
  allow(user: User, "read", document: Document) if
    membership in user.memberships and membership.role = "member" and membership.organization = document.organization;
  allow(user: User, "edit", document: Document) if document.owner.manager = user;
`

const databases = await openDatabases('loading', ['sqlite'])

describe.each(databases)('Relations that are not loaded on $name', (database) => {
  const authorizer = new Authorizer()
  const bare = clientOf(database)
  const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, {
    unscoped: 'allow',
    acceptCollation: true,
  })
  authorizer.loadSync(policy)

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.createMany({
      data: [
        { id: 1, email: 'ann' },
        { id: 2, email: 'bo', managerId: 1 },
      ],
    })
    await bare.organization.createMany({
      data: [
        { region: 'eu', code: 1 },
        { region: 'eu', code: 2 },
      ],
    })
    await bare.membership.create({ data: { userId: 2, orgRegion: 'eu', orgCode: 1, role: 'member' } })
    const document = { body: 'text', archived: false, reviewerId: 1 }
    await bare.document.createMany({
      data: [
        { id: 1, ...document, orgRegion: 'eu', orgCode: 1, ownerId: 2 },
        { id: 2, ...document, orgRegion: 'eu', orgCode: 2, ownerId: 1 },
        { id: 3, ...document },
      ],
    })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const userOf = (id: number) => prisma.user.findUniqueOrThrow({ where: { id } })
  const documentOf = (id: number) => prisma.document.findUniqueOrThrow({ where: { id } })

  /** Creates a member of new organizations, and a document of the last one; both have the same key. */
  async function createMember(id: number, organizations: readonly { region: string; code: number }[]) {
    await bare.user.create({ data: { id, email: `member ${id}` } })
    await bare.organization.createMany({ data: [...organizations] })
    const keys = organizations.map(({ region, code }) => ({ orgRegion: region, orgCode: code }))
    await bare.membership.createMany({ data: keys.map((key) => ({ ...key, userId: id, role: 'member' })) })
    const document = { body: 'text', archived: false, reviewerId: 1, ownerId: 1 }
    await bare.document.create({ data: { id, ...document, ...keys.at(-1) } })
    return id
  }

  it('are loaded by the questions that can wait', async () => {
    const bo = await userOf(2)
    expect(await authorizer.isAllowed(bo, 'read', await documentOf(1))).toBe(true)
    expect(await authorizer.isAllowed(bo, 'read', await documentOf(2))).toBe(false)
    expect(await authorizer.isAllowed(bo, 'read', await documentOf(3))).toBe(false)
    expect(await authorizer.authorizedActions(await userOf(1), await documentOf(1))).toEqual(new Set(['edit']))
  })

  it('are nil without a query if the reference is', async () => {
    const [bo, document] = [await userOf(2), await documentOf(3)]
    const statements = watchSql(bare)
    await expect(authorizer.isAllowed(bo, 'edit', document)).rejects.toThrow('manager not found on nil')
    expect(statements).toEqual([])
  })

  it('are loaded once for all that share a memory, such as a request', async () => {
    const bo = await userOf(2)
    const document = await documentOf(1)
    const memory = new RelationMemory()
    const stop = authorizer.rememberIn(() => memory)
    const statements = watchSql(bare)
    await authorizer.isAllowed(bo, 'read', document)
    const first = statements.length
    expect(first).toBeGreaterThan(0)
    await authorizer.isAllowed(bo, 'read', document)
    expect(statements.length).toBe(first)
    stop()
  })

  it('are loaded again by the next check, so that revoked roles are gone', async () => {
    const bo = await userOf(2)
    const document = await documentOf(1)
    expect(await authorizer.isAllowed(bo, 'read', document)).toBe(true)
    await bare.membership.updateMany({ data: { role: 'guest' } })
    expect(await authorizer.isAllowed(bo, 'read', document)).toBe(false)
    expect(await prisma.document.count(authorizedFilter(bo))).toBe(0)
    await bare.membership.updateMany({ data: { role: 'member' } })
    expect(await prisma.document.count(authorizedFilter(bo))).toBe(1)
  })

  it('are loaded with the columns that the client omits', async () => {
    const omit = { user: { managerId: true }, membership: { role: true } } as const
    const own = new Authorizer()
    const omitting = clientOf(database, { omit })
    const { prisma: client } = prismaAuthorization(own, omitting, { unscoped: 'allow', acceptCollation: true })
    own.loadSync(policy)
    const documents = await client.document.findMany({ where: { id: { lte: 3 } }, orderBy: { id: 'asc' } })
    const bo = await client.user.findUniqueOrThrow({ where: { id: 2 } })
    expect(await own.isAllowedMany(bo, 'read', documents)).toEqual([true, false, false])
    const [ofBo] = documents
    const ann = await client.user.findUniqueOrThrow({ where: { id: 1 } })
    expect(await own.isAllowed(ann, 'edit', ofBo)).toBe(true)
    await omitting.$disconnect()
  })

  it('are a typed error for synchronous checks', async () => {
    const bo = await userOf(2)
    const document = await documentOf(1)
    expect(() => authorizer.can(bo, 'read', document)).toThrow(expect.objectContaining({ code: 'relation-not-loaded' }))
    expect(() => authorizer.filter(bo, 'read', 'Document')).toThrow(
      expect.objectContaining({ code: 'relation-not-loaded' }),
    )
  })

  it('are loaded for the filter of a query, in transactions too', async () => {
    const bo = await userOf(2)
    const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)
    expect(ids(await prisma.document.findMany(authorizedFilter(bo)))).toEqual([1])
    expect(await prisma.document.count(authorizedFilter(await userOf(2)))).toBe(1)
    const [documents] = await prisma.$transaction([prisma.document.findMany(authorizedFilter(await userOf(2)))])
    expect(ids(documents)).toEqual([1])
    expect(ids(await prisma.document.findMany(authorizedFilter(await userOf(1))))).toEqual([])
  })

  it('are read inside an interactive transaction, which sees its own writes', async () => {
    const counts = await prisma.$transaction(async (tx) => {
      const bo = await tx.user.findUniqueOrThrow({ where: { id: 2 } })
      const before = await tx.document.count(authorizedFilter(bo))
      await tx.membership.updateMany({ data: { role: 'guest' } })
      const after = await tx.document.count(authorizedFilter(bo))
      await tx.membership.updateMany({ data: { role: 'member' } })
      return [before, after]
    })
    expect(counts).toEqual([1, 0])
    const read = prisma.$transaction(async (tx) => {
      const bo = await tx.user.findUniqueOrThrow({ where: { id: 2 } })
      return tx.document.findMany(authorizedFilter(bo, { actorRelations: 'load' }))
    })
    await expect(read).rejects.toThrow(expect.objectContaining({ code: 'relation-not-loaded' }))
    const rows = await prisma.$transaction(async (tx) => {
      const bo = await tx.user.findUniqueOrThrow({ where: { id: 2 }, include: { memberships: true } })
      await tx.membership.updateMany({ data: { role: 'guest' } })
      const guest = await tx.user.findUniqueOrThrow({ where: { id: 2 }, include: { memberships: true } })
      const found = [await tx.document.count(authorizedFilter(bo)), await tx.document.count(authorizedFilter(guest))]
      await tx.membership.updateMany({ data: { role: 'member' } })
      return found
    })
    expect(rows).toEqual([1, 0])
  })

  it.each([400, 1_001])(
    'are %i rows: up to 1,000 are loaded, at once, and more are left in the database',
    async (count) => {
      const id = await createMember(
        count,
        Array.from({ length: count }, (_, code) => ({ region: `many ${count}`, code })),
      )
      const many = await userOf(id)
      const statements = watchSql(bare)
      const found = await prisma.document.findMany(authorizedFilter(many, { actorRelations: 'auto' }))
      expect(found.map((one) => one.id)).toEqual([id])
      // Organizations are known by their keys; rows that were left are joined.
      expect(statements.filter((sql) => /FROM .main.\..Organization./.test(sql))).toEqual([])
      expect(/EXISTS.* FROM .main.\..Membership./.test(statements.at(-1) ?? '')).toBe(count > 1_000)
      // A question that wants all of them has all.
      expect(await authorizer.isAllowed(many, 'read', await documentOf(id))).toBe(true)
    },
  )

  it.each([
    ['are more than 100', 150, () => 'page'],
    ['would be a condition each', 40, (code: number) => `region ${code}`],
  ])('are left in the database for a page if they %s, and are not read again', async (_, count, region) => {
    const id = await createMember(
      count,
      Array.from({ length: count }, (_, code) => ({ region: region(code), code })),
    )
    const loads: number[] = []
    for (let turn = 0; turn < 3; turn++) {
      const member = await userOf(id)
      const statements = watchSql(bare)
      const found = await prisma.document.findMany({ ...authorizedFilter(member), take: 10 })
      expect(found.map((one) => one.id)).toEqual([id])
      expect(statements.at(-1)).toMatch(/EXISTS.* FROM .main.\..Membership./)
      loads.push(statements.length - 1)
    }
    expect(loads.at(0)).toBe(1)
    expect(loads.at(-1)).toBe(0)
    // A count reads all rows, and a question that wants all memberships has all.
    expect(await prisma.document.count(authorizedFilter(await userOf(id)))).toBe(1)
    expect(await authorizer.isAllowed(await userOf(id), 'read', await documentOf(id))).toBe(true)
  })

  it('are a typed error if the row is missing', async () => {
    const ghost = authorizer.as('User', { id: 99, email: 'x', name: null, active: null, managerId: null })
    await expect(authorizer.isAllowed(ghost, 'read', await documentOf(1))).rejects.toThrow(
      expect.objectContaining({ code: 'relation-not-loaded' }),
    )
  })
})

/** Reviewers are asked for what a document lacks, so that a part of its tags would grant. */
const untagged = `
  allow(_: User, "read", document: Document) if not (tag in document.tags and tag.name = "secret");
  allow(user: User, "edit", document: Document) if not (owned in user.owned and owned.id = document.id);
  allow(_: User, "share", document: Document) if document.owner = nil;
  allow(_: User, "move", document: Document) if document.views = 0;
`

describe.each(await openDatabases('partial', ['sqlite']))('A relation that was loaded in part on $name', (database) => {
  const authorizer = new Authorizer()
  const bare = clientOf(database)
  const { prisma } = prismaAuthorization(authorizer, bare, { unscoped: 'allow', acceptCollation: true })
  authorizer.loadSync(untagged)

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.create({ data: { id: 1, email: 'ann' } })
    await bare.tag.createMany({ data: [{ name: 'secret' }, { name: 'dull' }] })
    const document = { id: 1, body: 'text', archived: false, reviewerId: 1, views: 0, ownerId: 1 }
    await bare.document.create({
      data: { ...document, tags: { connect: [{ name: 'secret' }, { name: 'dull' }] } },
    })
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  const notLoaded = expect.objectContaining({ code: 'relation-not-loaded' })
  const user = () => prisma.user.findUniqueOrThrow({ where: { id: 1 }, include: { owned: true } })
  const parts = {
    where: { where: { name: 'dull' } },
    take: { take: 1, orderBy: { name: 'asc' } },
    skip: { skip: 2, orderBy: { name: 'asc' } },
  } as const

  it.each(['where', 'take', 'skip'] as const)('by %s counts as not loaded, so that a check loads it', async (name) => {
    const document = await prisma.document.findUniqueOrThrow({ where: { id: 1 }, include: { tags: parts[name] } })
    const ann = await user()
    expect(() => authorizer.can(ann, 'read', document)).toThrow(notLoaded)
    expect(await authorizer.isAllowed(ann, 'read', document)).toBe(false)
    expect(() => authorizer.can(ann, 'read', authorizer.as('Document', { ...document }))).toThrow(notLoaded)
    expect(authorizer.can(ann, 'move', document)).toBe(true)
  })

  it('is not loaded below another row either', async () => {
    const ann = await prisma.user.findUniqueOrThrow({
      where: { id: 1 },
      include: { owned: { include: { tags: { where: { name: 'dull' } } } } },
    })
    expect(() => authorizer.can(ann, 'read', ann.owned[0])).toThrow(notLoaded)
  })

  it('is not loaded on the side of the actor', async () => {
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 }, include: { owned: { where: { id: 99 } } } })
    const document = await prisma.document.findUniqueOrThrow({ where: { id: 1 } })
    expect(() => authorizer.can(ann, 'edit', document)).toThrow(notLoaded)
    expect(await authorizer.isAllowed(ann, 'edit', document)).toBe(false)
    expect(() => authorizer.filter(ann, 'edit', 'Document')).toThrow(notLoaded)
    const filter = await authorizer.loadFilter(ann, 'edit', 'Document')
    expect(filter.matches(document)).toBe(false)
  })

  it('is not nil if a filter left the single row out', async () => {
    const document = await prisma.document.findUniqueOrThrow({
      where: { id: 1 },
      include: { owner: { where: { id: 99 } } },
    })
    expect(document.owner).toBe(null)
    expect(authorizer.can(await user(), 'share', document)).toBe(false)
    expect(authorizer.can(await user(), 'share', authorizer.as('Document', { ...document }))).toBe(false)
  })
})
