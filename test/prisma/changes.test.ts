import { Authorizer, ForbiddenError, InvalidBodyError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'

const policy = `
  allow(user: User, action, document: Document) if action in ["read", "update", "create"] and is_editor(user, document.organization);
  allow(_: User, "read", _: Membership);
  allow(user: User, action, member: Membership) if action in ["update", "create"] and is_editor(user, member.organization);
  allow(user: User, "create", organization: Organization) if organization.name != nil and user.name = "ann";
  is_editor(user: User, organization: Organization) if
    member in organization.members and member.user = user and member.role = "editor";
`
const databases = await openDatabases('changes', ['sqlite'])

describe.each(databases)('authorizeChange and authorizeCreate with rows of Prisma on $name', (database) => {
  const authorizer = new Authorizer({ log: () => {} })
  const bare = clientOf(database)
  const { prisma } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
  authorizer.loadSync(policy)
  const own = { orgRegion: 'eu', orgCode: 1 }
  const required = { body: 'b', archived: false, reviewerId: 1 }

  beforeAll(async () => {
    await createDocuments(database)
    await bare.user.createMany({ data: [1, 2].map((id) => ({ id, email: `${id}@x`, name: id === 1 ? 'ann' : 'bo' })) })
    await bare.organization.createMany({ data: [1, 2].map((code) => ({ region: 'eu', code, name: `org ${code}` })) })
    await bare.membership.create({ data: { ...own, userId: 1, role: 'editor' } })
    await bare.document.createMany({ data: [1, 2].map((id) => ({ ...required, id, title: 'a', ...own, orgCode: id })) })
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  const rows = async () => ({
    ann: await prisma.user.findUniqueOrThrow({ where: { id: 1 } }),
    document: await prisma.document.findUniqueOrThrow({ where: { id: 1 }, include: { organization: true } }),
  })

  it('return data that Prisma writes', async () => {
    const { ann, document } = await rows()
    const data = await authorizer.authorizeChange(ann, 'update', document, { title: 'b', views: 3 })
    expect(await prisma.document.update({ where: { id: 1 }, data })).toMatchObject({ title: 'b', views: 3 })
  })

  it.each([
    ['a column of a compound key', { orgCode: 2 }],
    ['a row that is connected', { organization: { connect: { place: { region: 'eu', code: 2 } } } }],
    ['a row that is disconnected', { organization: { disconnect: true } }],
    ['nil in a column of a compound key', { orgCode: null }],
  ])('refuse to move a row out of reach by %s', async (_, patch) => {
    const { ann, document } = await rows()
    await expect(authorizer.authorizeChange(ann, 'update', document, patch as object)).rejects.toThrow(ForbiddenError)
  })

  it.each([
    ['an operation of the database', { views: { increment: 1 } }, 'invalid-value'],
    ['another value of an enum', { visibility: 'none' }, 'invalid-value'],
    ['a text as a date', { published: '2024-01-01' }, 'invalid-value'],
    ['an unknown column', { owned: 1 }, 'unknown-column'],
    ['a list of rows', { tags: { connect: { name: 'a' } } }, 'unsupported-write'],
    ['a row by a column that no reference holds', { owner: { connect: { email: '2@x' } } }, 'unsupported-write'],
  ])('reject %s', async (_, patch, code) => {
    const { ann, document } = await rows()
    const change = authorizer.authorizeChange(ann, 'update', document, patch as object)
    await expect(change).rejects.toThrow(InvalidBodyError)
    await expect(change).rejects.toMatchObject({ code })
  })

  it('name the way out for links of a join table, which change both rows', async () => {
    const { ann, document } = await rows()
    const change = authorizer.authorizeChange(ann, 'update', document, { tags: { connect: { name: 'a' } } } as object)
    const hint = 'authorize an update of both rows, or write by the authorized client of your ORM'
    await expect(change).rejects.toMatchObject({ hint })
  })

  it('judge a new row as it will be, by the organization that it is connected to', async () => {
    const { ann } = await rows()
    const connected = (code: number) => ({
      id: 9,
      body: 'b',
      archived: false,
      reviewer: { connect: { id: 1 } },
      organization: { connect: { place: { region: 'eu', code } } },
    })
    const data = await authorizer.authorizeCreate(ann, 'create', 'Document', connected(1))
    expect(data).toEqual(connected(1))
    await expect(authorizer.authorizeCreate(ann, 'create', 'Document', connected(2))).rejects.toThrow(ForbiddenError)
    expect(await prisma.document.create({ data })).toMatchObject({ orgCode: 1 })
  })

  it('judge the rows of a nested create as a whole, and let no new row vouch for an existing one', async () => {
    const { ann } = await rows()
    const editor = { role: 'editor', user: { connect: { id: 1 } } }
    const data = { region: 'eu', code: 3, name: 'new', members: { create: [editor] } }
    expect(await authorizer.authorizeCreate(ann, 'create', 'Organization', data)).toEqual(data)
    const guest = { ...data, members: { create: [{ ...editor, role: 'guest' }] } }
    await expect(authorizer.authorizeCreate(ann, 'create', 'Organization', guest)).rejects.toThrow(ForbiddenError)
    const joined = { ...editor, organization: { connect: { place: { region: 'eu', code: 2 } } } }
    await expect(authorizer.authorizeCreate(ann, 'create', 'Membership', joined)).rejects.toThrow(ForbiddenError)
  })
})
