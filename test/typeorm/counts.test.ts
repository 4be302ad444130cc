import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'
import { SentQueries } from './queries.js'

/** A report of the user who owns a document may read it, and so may its owner. */
const policy = `
  allow(user: User, "read", document: Document) if document.owner = user;
  allow(user: User, "read", document: Document) if document.owner != nil and document.owner.manager = user;
`

const databases = await openDatabases('counts')

describe.each(databases)('A count on $name', (database) => {
  const sent = new SentQueries()
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities, { logging: ['query'], logger: sent })
    await addPeople(source)
    authorization = authorizationFor(source, policy)
  })
  afterAll(() => database.close())

  const user = (id: number) => source.getRepository(User).findOneByOrFail({ id })
  const ways: Readonly<Record<string, (user: User) => { list(): Promise<object[]>; count(): Promise<number> }>> = {
    'an authorized query': (one) => {
      const query = authorization
        .authorizedQuery(one, 'read', Document, { alias: 'd' })
        .andWhere('id > :least', { least: 1 })
      return { list: () => query.getMany(), count: () => query.getCount() }
    },
    'a filtered find': (one) => {
      const args = authorization.authorizedFilter(one, Document, { where: { views: 1 } })
      const documents = source.getRepository(Document)
      return { list: () => documents.find(args), count: () => documents.count(args) }
    },
    'a page with its total': (one) => {
      const query = authorization.authorizedQuery(one, 'read', Document, { alias: 'd' })
      return { list: () => query.getMany(), count: async () => (await query.clone().limit(1).getManyAndCount())[1] }
    },
  }

  it.each(Object.entries(ways))('has the rows of the list: %s', async (_, open) => {
    for (const id of [1, 2]) {
      const { list, count } = open(await user(id))
      expect(await count()).toBe((await list()).length)
    }
    const { list, count } = open(await user(1))
    sent.reset()
    await list()
    expect(sent.statements.join()).not.toMatch(/LEFT JOIN/)
    sent.reset()
    await count()
    const hasJoin = /COUNT\(1\).* LEFT JOIN/.test(sent.statements.join(' '))
    expect(hasJoin).toBe(database.kind === 'postgresql')
  })

  it('has the rows of the list beside joins, filters and tables of the caller', async () => {
    const one = await user(1)
    const authorized = () => authorization.authorizedQuery(one, 'read', Document, { alias: 'd' })
    const queries = [
      authorized().leftJoinAndSelect('d.owner', 'o').andWhere('o.managerId IS NULL'),
      authorization.authorizedQuery(await user(2), 'read', authorized()),
      authorized().addFrom(User, 'u').andWhere('u.id = 1'),
    ]
    const counts = await Promise.all(queries.map((query) => query.getCount()))
    expect(counts).toEqual([2, 2, 4])
    expect(await Promise.all(queries.map(async (query) => (await query.getMany()).length))).toEqual(counts)
  })
})
