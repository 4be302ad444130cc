import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabases } from './databases.js'
import { clientOf, createDocuments } from './documents.js'
import { addPeople } from './people.js'

/** PostgreSQL has nothing but booleans in them, and on SQLite Prisma fails for rows with anything else. */
const databases = await openDatabases('booleans', ['mysql'])

describe.each(databases)('Columns of booleans that hold another number on $name', (database) => {
  const authorizer = new Authorizer()
  const bare = clientOf(database)
  const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
  authorizer.loadSync(`
    allow(_, "read", document: Document) if not document.archived = true;
    allow(_, "edit", document: Document) if not document.archived = false;
  `)
  beforeAll(async () => {
    await createDocuments(database)
    await addPeople(bare)
    await bare.document.update({ where: { id: 1 }, data: { archived: true } })
    await bare.$executeRaw`UPDATE docs SET archived = 2 WHERE id = 2`
  }, 60_000)
  afterAll(async () => {
    await prisma?.$disconnect()
    await database.close()
  })

  it.each([
    ['read', 'where'],
    ['read', 'subquery'],
    ['edit', 'where'],
    ['edit', 'subquery'],
  ] as const)('list no row that a check denies (%s, %s)', async (action, strategy) => {
    const rows = await prisma.document.findMany(authorizedFilter(null, { action, strategy }))
    expect(rows).not.toEqual([])
    expect(authorizer.canMany(null, action, rows)).toEqual(rows.map(() => true))
  })
})
