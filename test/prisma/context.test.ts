import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { type Client, clientOf, createDocuments } from './documents.js'
import { addPeople } from './people.js'

const databases = await openDatabases('context', ['sqlite'])

describe.each(databases)('The context of filters on $name', (database) => {
  const authorizer = new Authorizer().registerContext({ most: 'integer' })
  const bare = clientOf(database)
  const {
    prisma: client,
    authorizedFilter,
    authorizedWhere,
    authorizedActors,
    authorizedClient,
  } = prismaAuthorization(authorizer, bare, { unscoped: 'allow', acceptCollation: true })
  authorizer.loadSync(`
    allow(_: User, "read", document: Document) if document.views <= most;
    allow(user: User, "own", document: Document) if document.owner = user and most > 0;
  `)
  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
  })
  afterAll(async () => {
    await client?.$disconnect()
    await database.close()
  })
  const ids = (rows: readonly { readonly id: number }[]) => rows.map(({ id }) => id).sort()

  it('is that of each call, also for one actor and for queries that are sent together', async () => {
    const user = await client.user.findUniqueOrThrow({ where: { id: 1 } })
    const lists = await Promise.all(
      [2, 3, 0].flatMap((most) => [
        client.document.findMany(authorizedFilter(user, { context: { most }, where: { archived: false } })),
        authorizedWhere(user, 'read', 'Document', { context: { most } }).then((where) =>
          client.document.findMany({ where }),
        ),
        (authorizedClient(user, { context: { most } }) as unknown as Client).document.findMany({}),
      ]),
    )
    expect(lists.map(ids)).toEqual([[1, 2], [1, 2], [1, 2], [1, 2, 3], [1, 2, 3], [1, 2, 3], [], [], []])
    const document = await client.document.findUniqueOrThrow({ where: { id: 1 } })
    expect(ids(await client.user.findMany(authorizedActors('own', document, { context: { most: 1 } })))).toEqual([1])
    expect(ids(await client.user.findMany(authorizedActors('own', document, { context: { most: 0 } })))).toEqual([])
  })

  it('is an error if it is missing or invalid', async () => {
    const user = await client.user.findUniqueOrThrow({ where: { id: 1 } })
    await expect(client.document.findMany(authorizedFilter(user))).rejects.toThrow('no context "most"')
    await expect(client.document.findMany(authorizedFilter(user, { context: { most: 'x' } }))).rejects.toThrow(
      '"most" must be a whole number',
    )
    expect(() => authorizedClient(user, { context: { mots: 1 } })).toThrow('did you mean "most"?')
  })
})
