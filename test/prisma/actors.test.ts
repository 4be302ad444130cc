import { ArgumentError } from '@arcturus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'
import { addPeople, authorizationFor } from './people.js'

const databases = await openDatabases('actors', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('authorizedActors on $name', (database) => {
  const bare = clientOf(database)
  const { authorizer, prisma: client, authorizedActors, authorizedFilter } = authorizationFor(bare)
  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
  })
  afterAll(async () => {
    await client?.$disconnect()
    await database.close()
  })

  it.each(['read', 'edit'])('selects exactly the users who may "%s" each document', async (action) => {
    const users = await client.user.findMany({ orderBy: { id: 'asc' } })
    for (const document of await client.document.findMany()) {
      const found = await client.user.findMany({ ...authorizedActors(action, document), orderBy: { id: 'asc' } })
      const allowed = await Promise.all(users.map((user) => authorizer.isAllowed(user, action, document)))
      expect(found.map(({ id }) => id)).toEqual(users.filter((_, at) => allowed[at]).map(({ id }) => id))
    }
  })

  it('pages, counts and composes as any filter', async () => {
    const open = await client.document.findUniqueOrThrow({ where: { id: 4 } })
    const own = await client.document.findUniqueOrThrow({ where: { id: 1 } })
    expect(await client.user.count(authorizedActors('read', open))).toBe(2)
    const page = await client.user.findMany({
      ...authorizedActors('read', open, { skip: 1, take: 1 }),
      orderBy: { id: 'asc' },
    })
    expect(page.map(({ id }) => id)).toEqual([2])
    expect(await client.user.findMany(authorizedActors('read', own, { where: { email: 'bo' } }))).toEqual([])
    // Users who may read the document, and whom Bo may read.
    const bo = await client.user.findUniqueOrThrow({ where: { id: 2 } })
    const both = await client.user.findMany(authorizedActors('read', open, authorizedFilter(bo)))
    expect(both.map(({ id }) => id)).toEqual([2])
  })

  it('is no filter for the creation of an upsert', async () => {
    const own = await client.document.findUniqueOrThrow({ where: { id: 1 } })
    const { where } = authorizedActors('edit', own)
    const upsert = client.user.upsert({ where: { id: 9, ...where }, create: { id: 9, email: 'x' }, update: {} })
    await expect(upsert).rejects.toThrow(ArgumentError)
  })

  it('throws for what is no row', () => {
    for (const resource of [undefined, null, 'Document', Promise.resolve({})])
      expect(() => authorizedActors('read', resource)).toThrow(ArgumentError)
  })
})
