import type { RequestListener } from 'node:http'
import { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { koaAuthorization } from '@arcturus/koa'
import { prismaAuthorization } from '@arcturus/prisma'
import Router, { type RouterContext } from '@koa/router'
import express, { type Request } from 'express'
import Koa from 'koa'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../frameworks/listen.js'
import { pageOf, pagePolicy, tenantCases, tenantPages, tenantPolicy, tenantRows } from '../orm/tenants.js'
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
    const { prisma } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
    authorizer.loadSync(policy)
    return { authorizer, prisma }
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

  const responses = [
    [1, 1, { actions: ['edit', 'read'], project: { id: 1, name: 'one', budget: 10 } }],
    [2, 1, { actions: ['read'], project: { id: 1, name: 'one' } }],
    [3, 1, { actions: ['read'], project: { id: 1, name: 'one' } }],
    [4, 3, { actions: ['edit', 'read'], project: { id: 3, name: 'three', budget: 30 } }],
  ] as const

  it.each(['Express', 'Koa'] as const)('are at most three beside those of the application: %s', async (framework) => {
    const { authorizer, prisma } = open(pagePolicy)
    const userOf = (id: unknown) => prisma.user.findUniqueOrThrow({ where: { id: Number(id) } })
    const projectOf = (id: unknown) => prisma.project.findUnique({ where: { id: Number(id) } })
    const application = { Express: expressApplication, Koa: koaApplication }[framework]
    const { url, close } = await listen(application(authorizer, userOf, projectOf))
    for (const [user, project, expected] of responses) {
      statements.length = 0
      const response = await fetch(`${url}/projects/${project}`, { headers: { 'x-user': String(user) } })
      expect(await response.json()).toEqual(expected)
      expect(statements.length).toBeGreaterThan(2)
      expect(statements.length).toBeLessThanOrEqual(2 + 3)
    }
    await close()
  })
})

type Find = (id: unknown) => Promise<object | null>

function expressApplication(authorizer: Authorizer, userOf: Find, projectOf: Find): RequestListener {
  const { authorize } = expressAuthorization(authorizer, { actor: (request) => userOf(request.get('x-user')) })
  const application = express()
  application.use(authorize())
  const loader = (request: Request<{ id: string }>) => projectOf(request.params.id)
  application.get('/projects/:id', authorize('read', loader), async (request, response) => {
    const { authorizedActions, pickAuthorized } = request.authorization
    response.json({ actions: [...(await authorizedActions())].sort(), project: await pickAuthorized() })
  })
  return application
}

function koaApplication(authorizer: Authorizer, userOf: Find, projectOf: Find): RequestListener {
  const { authorize } = koaAuthorization(authorizer, { actor: (context) => userOf(context.get('x-user')) })
  const router = new Router()
  const loader = (context: RouterContext) => projectOf(context.params['id'])
  router.get('/projects/:id', authorize('read', loader), async (context) => {
    const { authorizedActions, pickAuthorized } = context.state.authorization
    context.body = { actions: [...(await authorizedActions())].sort(), project: await pickAuthorized() }
  })
  const application = new Koa()
  application.use(authorize()).use(router.routes())
  return application.callback()
}
