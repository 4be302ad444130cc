import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'

const policy = 'allow(user: User, "read", document: Document) if document.owner.manager = user;'
const options = { unscoped: 'allow', acceptCollation: true } as const

describe.each(prismaKinds)('A database of each tenant on %s', async (kind) => {
  const databases = [...(await openDatabases('acme', [kind])), ...(await openDatabases('bolt', [kind]))]
  const clients = databases.map((database) => clientOf(database))
  const authorizer = new Authorizer({ log: () => {} })
  const tenants = clients.map((client) => prismaAuthorization(authorizer, client, options))
  const [acme, bolt] = [tenants[0]!, tenants[1]!]
  authorizer.loadSync(policy)
  const of = async (tenant: typeof acme) => ({
    user: await tenant.rows.user.findUniqueOrThrow({ where: { id: 1 } }),
    document: await tenant.rows.document.findUniqueOrThrow({ where: { id: 1 } }),
  })

  // The rows have equal keys. The user manages the owner at acme alone.
  beforeAll(async () => {
    for (const [at, client] of clients.entries()) {
      await createDocuments(databases[at]!)
      await client.user.create({ data: { id: 1, email: 'ann' } })
      await client.user.create({ data: { id: 2, email: 'bo', managerId: at === 0 ? 1 : null } })
      await client.document.create({ data: { id: 1, body: '', archived: false, reviewerId: 1, ownerId: 2, views: 1 } })
    }
  }, 60_000)
  afterAll(async () => {
    for (const [at, client] of clients.entries()) {
      await client.$disconnect()
      await databases[at]!.close()
    }
  })

  it('loads the relations of each row from its own', async () => {
    for (const [tenant, allowed] of [
      [acme, true],
      [bolt, false],
      [acme, true],
    ] as const) {
      const { user, document } = await of(tenant)
      expect(await authorizer.isAllowed(user, 'read', document)).toBe(allowed)
      expect(await tenant.prisma.document.count(tenant.authorizedFilter(user))).toBe(allowed ? 1 : 0)
      expect(await tenant.authorizedClient(user).document.count()).toBe(allowed ? 1 : 0)
    }
  })

  it('shares no rows in one question, or at the same time', async () => {
    const [one, other] = [await of(acme), await of(bolt)]
    const rows = [one.document, other.document, one.document]
    expect(await authorizer.isAllowedMany(one.user, 'read', rows)).toEqual([true, false, true])
    const asked = Array.from({ length: 20 }, (_, at) => [one, other][at % 2]!)
    const answers = await Promise.all(asked.map(({ user, document }) => authorizer.isAllowed(user, 'read', document)))
    expect(answers).toEqual(asked.map((each) => each === one))
  })

  it('decides about no row that none of the clients returned', async () => {
    const { user, document } = await of(acme)
    const copy = authorizer.as('Document', { ...document })
    await expect(authorizer.isAllowed(user, 'read', copy)).rejects.toThrow('none returned the row')
  })

  it('is opened while the policy is active, without a load of the policy', async () => {
    const version = authorizer.policyVersion
    const third = prismaAuthorization(authorizer, clientOf(databases[1]!), options)
    const { user, document } = await of(third)
    expect(await authorizer.isAllowed(user, 'read', document)).toBe(false)
    expect(authorizer.policyVersion).toBe(version)
    await third.prisma.$disconnect()
  })
})
