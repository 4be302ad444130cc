import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments } from './documents.js'
import { readReplicas } from './readReplicas.js'

const [primaries, replicas] = [await openDatabases('primary', ['sqlite']), await openDatabases('replica', ['sqlite'])]

describe.each(primaries.map((one, at) => [one, replicas[at]!] as const))('Read replicas of $name', (first, second) => {
  const authorizer = new Authorizer()
  const [primary, replica] = [clientOf(first), clientOf(second)]
  const options = { unscoped: 'allow', acceptCollation: true } as const
  const own = prismaAuthorization(authorizer, primary, options)
  const { authorizedFilter, authorizedClient } = own
  const prisma = readReplicas(replica)(own.prisma)
  authorizer.loadSync('allow(user: User, "read", document: Document) if document.owner.manager = user;')

  beforeAll(async () => {
    for (const one of [first, second]) await createDocuments(one)
    for (const one of [primary, replica]) {
      await one.user.create({ data: { id: 1, email: 'ann' } })
      await one.user.create({ data: { id: 2, email: 'bo', managerId: 1 } })
      await one.document.create({ data: { id: 1, body: '', archived: false, reviewerId: 1, ownerId: 2, views: 1 } })
    }
    // A revocation that the replica does not have yet.
    await primary.user.update({ where: { id: 2 }, data: { managerId: null } })
  }, 60_000)
  afterAll(async () => {
    for (const one of [primary, replica]) await one?.$disconnect()
    for (const one of [first, second]) await one.close()
  })

  it('answer lists, and no check reads a relation from them', async () => {
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    const [document] = await prisma.document.findMany(authorizedFilter(ann))
    expect(document).toMatchObject({ id: 1 })
    expect(await authorizer.isAllowed(ann, 'read', document)).toBe(false)
    await expect(authorizer.authorize(ann, 'read', document)).rejects.toMatchObject({ status: 404 })
  })

  it('answer the client of a user only if it is made of their client', async () => {
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    // Sound: the clients have the models of the extended one.
    const [own, given] = [authorizedClient(ann), authorizedClient(ann, { prisma })] as unknown as [Client, Client]
    expect(await own.document.findMany({ select: { id: true } })).toEqual([])
    expect(await given.document.findMany({ select: { id: true } })).toEqual([{ id: 1 }])
  })

  it('that come first answer no check, and get no filter that they cannot read', async () => {
    const before = prismaAuthorization(authorizer, readReplicas(replica)(primary), options)
    const ann = await prisma.user.findUniqueOrThrow({ where: { id: 1 } })
    const [document] = await prisma.document.findMany(authorizedFilter(ann))
    expect(await authorizer.isAllowed(ann, 'read', document)).toBe(false)
    await expect(before.prisma.document.findMany(before.authorizedFilter(ann))).rejects.toMatchObject({
      code: 'unresolved-filter',
      hint: expect.stringContaining('read replicas'),
    })
  })
})
