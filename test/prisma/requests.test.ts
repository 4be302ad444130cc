import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageOf, tenantCases, tenantPages, tenantPolicy, tenantRows } from '../orm/tenants.js'
import { createSchema, openDatabases } from './databases.js'
import { schema } from './generated/tenants-sqlite/arcturus/schema.js'
import { PrismaClient } from './generated/tenants-sqlite/client/client.js'

const databases = await openDatabases('requests', ['sqlite'])

describe.each(databases)('The queries of a request on $name', (database) => {
  let bare: PrismaClient
  const statements: string[] = []

  beforeAll(async () => {
    await createSchema(database, schema)
    const client = new PrismaClient({ adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] })
    client.$on('query', ({ query }) => {
      if (!/^(BEGIN|COMMIT|ROLLBACK)/i.test(query)) statements.push(query)
    })
    bare = client as unknown as PrismaClient
    const { users, organizations, memberships, teams, seats, projects, guests, tasks } = tenantRows
    await bare.user.createMany({ data: [...users] })
    await bare.organization.createMany({ data: [...organizations] })
    await bare.membership.createMany({ data: [...memberships] })
    await bare.team.createMany({ data: [...teams] })
    await bare.seat.createMany({ data: [...seats] })
    await bare.project.createMany({ data: [...projects] })
    await bare.guest.createMany({ data: [...guests] })
    await bare.task.createMany({ data: [...tasks] })
  })
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  const open = (policy: string) => {
    const authorizer = new Authorizer()
    const { extension } = prismaAuthorization(authorizer, schema)
    authorizer.loadSync(policy)
    return { authorizer, prisma: bare.$extends(extension) as unknown as PrismaClient }
  }

  it.each([...tenantPages])('are one for each relation that a page of user %i needs', async (id, pages) => {
    const { authorizer, prisma } = open(tenantPolicy)
    for (const [at, page] of pages.entries()) {
      const user = await prisma.user.findUniqueOrThrow({ where: { id } })
      const project = await prisma.project.findUniqueOrThrow({ where: { id: at + 1 } })
      statements.length = 0
      expect(await pageOf(authorizer, user, project)).toEqual(page)
      // The user's memberships and seats, the project's guests, and its team.
      const relations = statements.filter((sql) => !/FROM .main.\..(User|Project). /.test(sql))
      expect(relations.length).toBeLessThanOrEqual(4)
      // A row whose relation is empty is looked up once, since it might be gone.
      expect(statements.length - relations.length).toBeLessThanOrEqual(2)
    }
  })

  it.each(tenantCases)('are $relations for $title', async ({ policy, user, model, id, allowed, relations, empty }) => {
    const { authorizer, prisma } = open(policy)
    const actor = await prisma.user.findUniqueOrThrow({ where: { id: user } })
    const one = { where: { id } }
    const resource =
      model === 'Project' ? await prisma.project.findUniqueOrThrow(one) : await prisma.task.findUniqueOrThrow(one)
    statements.length = 0
    expect(await authorizer.isAllowed(actor, 'read', resource)).toBe(allowed)
    // For several rows at once, Prisma reads these rows again. A row without relations is looked up once.
    const batches = statements.filter((sql) => / IN \(/.test(sql) && !/ JOIN /.test(sql)).length
    expect(statements.length).toBeLessThanOrEqual(relations + batches + (empty ? 1 : 0))
    expect(statements.length).toBeGreaterThanOrEqual(relations)
  })
})
