import { Authorizer } from '@arcturus/core'
import { type TypeOrmAuthorization, typeOrmAuthorization } from '@arcturus/typeorm'
import { type DataSource, EntityManager } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { authorizedRows } from './authorizedRows.js'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople } from './people.js'

const databases = await openDatabases('context', ['sqlite'])

describe.each(databases)('The context of filters on $name', (database) => {
  let source: DataSource
  let authorization: TypeOrmAuthorization
  beforeAll(async () => {
    source = await database.open(entities)
    const authorizer = new Authorizer().registerContext({ most: 'integer' })
    authorization = typeOrmAuthorization(authorizer, source, { unscoped: 'allow' })
    authorizer.loadSync(`
      allow(_: User, "read", document: Document) if document.views <= most;
      allow(user: User, "own", document: Document) if document.owner = user and most > 0;
    `)
    await addPeople(source)
  })
  afterAll(() => database.close())
  const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

  it('is that of each call', async () => {
    const { authorizedFilter, authorizedActors, authorizedQuery, authorizedManager } = authorization
    const user = await source.manager.findOneByOrFail(User, { id: 1 })
    for (const [most, expected] of [
      [2, [1, 2]],
      [3, [1, 2, 3]],
      [0, []],
    ] as const) {
      const options = { context: { most } }
      const lists = await Promise.all([
        source.manager.find(Document, authorizedFilter(user, Document, options)),
        authorizedQuery(user, 'read', Document, { alias: 'd', ...options }).getMany(),
        authorizedRows(authorization, user, 'read', Document, options),
        // It guards the copy of TypeORM that the package uses.
        ...(source.manager instanceof EntityManager ? [authorizedManager(user, options).find(Document)] : []),
      ])
      expect(lists.map(ids)).toEqual(lists.map(() => expected))
    }
    const document = await source.manager.findOneByOrFail(Document, { id: 1 })
    const owners = (most: number) =>
      source.manager.find(User, authorizedActors('own', document, User, { context: { most } }))
    expect([ids(await owners(1)), ids(await owners(0))]).toEqual([[1], []])
    expect(() => authorizedFilter(user, Document)).toThrow('no context "most"')
    expect(() => authorizedQuery(user, 'read', Document, { context: { most: 'x' } })).toThrow('whole number')
  })
})
