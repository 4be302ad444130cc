import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { openDocuments } from './documents.js'
import { addPeople, policy } from './people.js'

const [database] = await openDatabases('names', ['sqlite'])
const bare = await openDocuments(database!)
await addPeople(bare)
afterAll(async () => {
  await bare.$disconnect()
  await database!.close()
})

const authorizationOf = async (text: string, names: Readonly<Record<string, string>>) => {
  const authorizer = new Authorizer()
  const authorization = prismaAuthorization(authorizer, bare, { acceptCollation: true, names, unscoped: 'allow' })
  await authorizer.load(text)
  return { ...authorization, authorizer }
}
const ids = (rows: readonly { readonly id: number }[]): readonly number[] => rows.map(({ id }) => id)

describe('A Prisma model with another name in policies', () => {
  const names = { Document: 'Paper', Tag: 'Label' }
  const renamed = policy.replaceAll(': Document', ': Paper').replaceAll(': Tag', ': Label')

  it('is filtered, checked, read and written by that name', async () => {
    const { authorizer, prisma, authorizedFilter, authorizedWhere, authorizedClient } = await authorizationOf(
      `${renamed} allow(user: User, "update", paper: Paper) if paper.owner = user;`,
      names,
    )
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    const paper = await prisma.document.findUniqueOrThrow({ where: { id: 4 }, include: { tags: true } })
    expect(authorizer.modelOf(paper)).toBe('Paper')
    expect(authorizer.modelOf(paper.tags[0])).toBe('Label')
    expect(authorizer.can(ann, 'read', paper)).toBe(true)
    expect(ids(await prisma.document.findMany(authorizedFilter(ann)))).toEqual([1, 2, 4])
    const where = await authorizedWhere(ann, 'read', 'Document')
    expect(ids(await bare.document.findMany({ where }))).toEqual([1, 2, 4])
    const client = authorizedClient(ann, { prisma })
    const rows = await client.document.findMany({ include: { tags: true }, orderBy: { id: 'asc' } })
    expect(rows.map(({ id, tags }) => [id, tags.length])).toEqual([
      [1, 0],
      [2, 0],
      [4, 1],
    ])
    await client.document.update({ where: { id: 1 }, data: { body: 'new' } })
    await expect(client.document.update({ where: { id: 4 }, data: { body: 'new' } })).rejects.toThrow()
    expect(await bare.document.count({ where: { body: 'new' } })).toBe(1)
    const unloaded = await prisma.document.findUniqueOrThrow({ where: { id: 4 } })
    await expect(authorizer.authorize(null, 'read', unloaded)).resolves.toBeUndefined()
  })

  it('must exist, and have a name of its own', async () => {
    await expect(authorizationOf(renamed, { Dokument: 'Paper' })).rejects.toThrow(/unknown model "Dokument"/)
    await expect(authorizationOf(renamed, { Document: 'User' })).rejects.toThrow(/Two models have the name "User"/)
  })
})

describe('A Prisma model with the name of a built-in type', () => {
  it('is decided by rules that do not name it', async () => {
    const { authorizer, prisma, authorizedFilter } = await authorizationOf(
      'allow(user: User, "read", row) if row.owner = user;',
      { Document: 'List' },
    )
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    expect(ids(await prisma.document.findMany(authorizedFilter(ann)))).toEqual([1, 2])
    const [row] = await prisma.document.findMany({ where: { id: 3 } })
    expect(authorizer.can(ann, 'read', row!)).toBe(false)
  })

  it('makes a policy that names it an error', async () => {
    await expect(authorizationOf('allow(_, "read", _: List);', { Document: 'List' })).rejects.toMatchObject({
      code: 'ambiguous-type',
    })
  })
})
