import { Authorizer } from '@arcturus/core'
import { expressAuthorization } from '@arcturus/express'
import { type AuthorizedManager, typeOrmAuthorization } from '@arcturus/typeorm'
import express, { type Request } from 'express'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../frameworks/listen.js'
import { pageOf, tenantCases, tenantPages, tenantPolicy } from '../orm/tenants.js'
import { openDatabases, ownVersion } from './databases.js'
import { SentQueries } from './queries.js'
import { addTenants, tenantEntities } from './tenants.js'

const databases = await openDatabases('requests')

describe.each(databases)('The queries of a request on $name', (database) => {
  const sent = new SentQueries()
  let source: DataSource
  beforeAll(async () => {
    source = await database.open(tenantEntities, { logging: ['query'], logger: sent })
    await addTenants(source)
  })
  afterAll(() => database.close())

  const open = (policy: string): Authorizer => {
    const authorizer = new Authorizer()
    typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(policy)
    return authorizer
  }
  const row = (entity: string, id: number) => source.getRepository<{ id: number }>(entity).findOneByOrFail({ id })

  it.each([...tenantPages])('are one for each relation that a page of user %i needs', async (id, pages) => {
    const authorizer = open(tenantPolicy)
    for (const [at, page] of pages.entries()) {
      const user = await row('User', id)
      const project = await row('Project', at + 1)
      sent.reset()
      expect(await pageOf(authorizer, user, project)).toEqual(page)
      // The user's memberships and seats, the project's guests, and its team.
      expect(sent.statements.length).toBeLessThanOrEqual(4)
    }
  })

  it.each(tenantCases)('are $relations for $title', async ({ policy, user, model, id, allowed, relations }) => {
    const authorizer = open(policy)
    const actor = await row('User', user)
    const resource = await row(model, id)
    sent.reset()
    expect(await authorizer.isAllowed(actor, 'read', resource)).toBe(allowed)
    expect(sent.statements).toHaveLength(relations)
  })

  it.runIf(ownVersion.includes(database.version))(
    'wait for the operations of their client, or their response is blocked',
    async () => {
      const authorizer = new Authorizer()
      const { authorizedManager } = typeOrmAuthorization(authorizer, source)
      authorizer.loadSync('allow(_, "read", _: Project); allow(_, "read", _: User);')
      const client = (actor: unknown) => authorizedManager(actor as never)
      const { authorize } = expressAuthorization(authorizer, { actor: () => null, client })
      const application = express().use(authorize())
      const manager = (request: Request) => request.authorization.client as unknown as AuthorizedManager
      const forgotten: Record<string, (own: AuthorizedManager) => unknown> = {
        save: (own) => own.save('Project', { id: 1, name: 'x' }),
        update: (own) => own.getRepository('Project').update(1, { name: 'x' }),
        delete: (own) => own.delete('Project', 1),
      }
      for (const [name, operation] of Object.entries(forgotten))
        application.get(`/${name}`, async (request, response) => {
          void operation(manager(request))
          response.json(await manager(request).count('User'))
        })
      application.get('/awaited', async (request, response) => {
        response.json(await manager(request).count('User'))
      })
      application.use(((error: { code: string }, _: unknown, response: express.Response, __: unknown) => {
        response.status(500).json(error.code)
      }) as express.ErrorRequestHandler)
      const { url, close } = await listen(application)
      for (const name of Object.keys(forgotten)) {
        const response = await fetch(`${url}/${name}`)
        expect([name, response.status, await response.json()]).toEqual([name, 500, 'forgotten-await'])
      }
      expect((await fetch(`${url}/awaited`)).status).toBe(200)
      await close()
    },
  )
})
