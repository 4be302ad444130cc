import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { typeOrmAuthorization } from '@arcturus/typeorm'
import { expect, it, onTestFinished } from 'vitest'
import { openDatabases } from '../prisma/databases.js'
import { openDocuments } from '../prisma/documents.js'
import { openDatabases as openTypeOrmDatabases } from '../typeorm/databases.js'
import { Document, entities, User } from '../typeorm/entities.js'

/** An authorizer whose actors are claims of a token, and whose teams another service has. */
function claimed() {
  const asked: string[] = []
  const authorizer = new Authorizer({ log: () => {} })
    .registerModels([{ name: 'Team', key: 'id', fields: { id: 'integer' } }])
    .registerModels(
      [{ name: 'Caller', key: 'sub', fields: { sub: 'string', teams: { many: 'Team' } } }],
      async ({ object }) => {
        const { sub } = object as { sub: string }
        asked.push(sub)
        if (sub === 'down') throw new Error('The service is down.')
        return sub === 'ada' ? [{ id: 1 }, { id: 3 }] : []
      },
    )
  const caller = (sub: string, more: object = {}) => authorizer.as('Caller', { sub, ...more })
  return { authorizer, asked, caller }
}
const policy =
  'allow(caller: Caller, "read", document: Document) if team in caller.teams and document.ownerId = team.id;'

it('Prisma lists by the ids that another service has of the claims of a token', async () => {
  const { authorizer, asked, caller } = claimed()
  const [database] = await openDatabases('services', ['sqlite'])
  const client = await openDocuments(database!)
  onTestFinished(async () => {
    await client.$disconnect()
    await database!.close()
  })
  const { prisma, authorizedFilter, authorizedWhere, authorizedClient } = prismaAuthorization(authorizer, client)
  await authorizer.load(policy)
  for (const id of [1, 2, 3]) {
    await client.user.create({ data: { id, email: `${id}` } })
    await client.document.create({ data: { id, body: '', archived: false, reviewerId: 1, ownerId: id } })
  }
  const ids = (rows: readonly { id: number }[]) => rows.map(({ id }) => id)
  expect(ids(await prisma.document.findMany(authorizedFilter(caller('ada') as never)))).toEqual([1, 3])
  expect(asked).toEqual(['ada'])
  expect(
    ids(await client.document.findMany({ where: await authorizedWhere(caller('ada') as never, 'read', 'Document') })),
  ).toEqual([1, 3])
  expect(
    ids(await authorizedClient(caller('eve', { teams: [{ id: 1 }, { id: 3 }] }) as never).document.findMany()),
  ).toEqual([1, 3])
  expect(await prisma.document.findMany(authorizedFilter(caller('eve') as never))).toEqual([])
  await expect(prisma.document.findMany(authorizedFilter(caller('down') as never))).rejects.toThrow(
    'The service is down.',
  )
})

it('TypeORM lists by the ids that another service has of the claims of a token', async () => {
  const { authorizer, caller } = claimed()
  const [database] = await openTypeOrmDatabases('services', ['sqlite'], ['1'])
  onTestFinished(() => database!.close())
  const source = await database!.open(entities)
  for (const id of [1, 2, 3]) {
    await source.getRepository(User).insert({ id, name: `${id}` })
    await source.getRepository(Document).insert({ id, title: '', archived: false, ownerId: id })
  }
  const { authorizedFilter, authorizedManager } = typeOrmAuthorization(authorizer, source)
  await authorizer.load(policy)
  // The application has asked the service for them.
  const ada = caller('ada', { teams: [{ id: 1 }, { id: 3 }] })
  const ids = (rows: readonly Document[]) => rows.map(({ id }) => id)
  expect(ids(await source.getRepository(Document).find(authorizedFilter(ada, Document)))).toEqual([1, 3])
  expect(ids(await authorizedManager(ada).find(Document))).toEqual([1, 3])
  expect(await authorizedManager(caller('eve', { teams: [] })).find(Document)).toEqual([])
  expect(() => authorizedFilter(caller('ada'), Document)).toThrow('The model Caller has no table.')
})
