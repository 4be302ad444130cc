import type { DataSource } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { Document, entities, User } from './entities.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('actors')

describe.each(databases)('authorizedActors on $name', (database) => {
  let source: DataSource
  let authorization: ReturnType<typeof authorizationFor>
  beforeAll(async () => {
    source = await database.open(entities)
    await addPeople(source)
    authorization = authorizationFor(source)
  })
  afterAll(async () => {
    await source?.destroy()
  })

  it.each(['read', 'edit'])('selects exactly the users who may "%s" each document', async (action) => {
    const { authorizer, authorizedActors, loading } = authorization
    const users = await source.getRepository(User).find({ order: { id: 'ASC' } })
    for (const document of await source.getRepository(Document).find()) {
      const expected: number[] = []
      for (const user of users) if (await authorizer.isAllowed(user, action, document)) expected.push(user.id)
      for (const options of [
        authorizedActors(action, document, User, { order: { id: 'ASC' } }),
        await loading.authorizedActors(action, document, User, { order: { id: 'ASC' } }),
      ]) {
        const [found, count] = await source.getRepository(User).findAndCount(options)
        expect([found.map(({ id }) => id), count]).toEqual([expected, expected.length])
      }
    }
  })

  it('composes with other conditions and pages', async () => {
    const { authorizedActors } = authorization
    const open = await source.getRepository(Document).findOneByOrFail({ id: 4 })
    const own = await source.getRepository(Document).findOneByOrFail({ id: 1 })
    const users = source.getRepository(User)
    expect(await users.find(authorizedActors('read', own, User, { where: { name: 'bo' } }))).toEqual([])
    const page = await users.find(authorizedActors('read', open, User, { order: { id: 'ASC' }, skip: 1, take: 1 }))
    expect(page.map(({ id }) => id)).toEqual([2])
  })
})
