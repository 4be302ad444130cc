import { Authorizer } from '@arcturus/core'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pageOf, tenantCases, tenantPages, tenantPolicy } from '../orm/tenants.js'
import { openDatabases } from './databases.js'
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
})
