import { Authorizer } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqlTablesOf } from '../../packages/prisma/src/filter/sqlTables.js'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { actions, counts, documents, folders, persons, policy, shares, teams } from '../orm/shares.js'
import { idsOf, printQuery } from '../sql/query.js'
import { openDatabases } from './databases.js'
import { createTables } from './ddl.js'
import { type Client as AnyClient, known } from './documents.js'
import { plainDatabase } from './plainDatabase.js'

/** So much of a client as is used here. */
interface Row {
  readonly id: number
}
interface Delegate {
  createMany(args: { data: readonly object[] }): Promise<unknown>
  update(args: object): Promise<unknown>
  findMany(args: object): Promise<readonly Row[]>
}
type Client = Record<'person' | 'team' | 'folder' | 'document' | 'share', Delegate> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

const databases = await openDatabases('shares', ['sqlite', 'postgresql', 'mysql'])

describe.each(databases)('Recursions within recursions on $name', (database) => {
  const provider = known(database.provider)
  const authorizer = new Authorizer()
  let schema: PrismaSchema
  let authorizedFilter: ReturnType<typeof prismaAuthorization>['authorizedFilter']
  let bare: Client
  let prisma: Client

  beforeAll(async () => {
    const generated = `./generated/shares-${provider}-js`
    schema = ((await import(`${generated}/arcturus/schema.mjs`)) as { schema: PrismaSchema }).schema
    const { PrismaClient } = (
      (await import(`${generated}/client/index.js`)) as { default: { PrismaClient: new (options: object) => Client } }
    ).default
    await database.execute(createTables(schema, { references: false }))
    bare = new PrismaClient({ adapter: database.adapter })
    const authorization = prismaAuthorization(authorizer, bare, { unscoped: 'allow' })
    authorizedFilter = authorization.authorizedFilter
    prisma = authorization.prisma
    authorizer.loadSync(policy)
    await bare.person.createMany({ data: persons })
    await bare.team.createMany({ data: teams })
    await bare.folder.createMany({ data: folders })
    await bare.document.createMany({ data: documents })
    await bare.share.createMany({ data: shares })
    for (const { id } of teams) await bare.team.update({ where: { id }, data: { members: { connect: { id } } } })
  }, 60_000)
  afterAll(async () => {
    await bare?.$disconnect()
    await database.close()
  })

  it.each(actions)(
    'find the rows that the check finds: %s',
    async (action) => {
      const rows = await prisma.document.findMany({ orderBy: { id: 'asc' } })
      const found: number[] = []
      for (const person of await prisma.person.findMany({ orderBy: { id: 'asc' } })) {
        const allowed = await authorizer.isAllowedMany(person, action, rows)
        const expected = rows.filter((_, at) => allowed[at]).map(({ id }) => id)
        const filtered = await prisma.document.findMany(
          authorizedFilter(person, { action, select: { id: true }, orderBy: { id: 'asc' } } as never),
        )
        expect(filtered.map(({ id }) => id)).toEqual(expected)
        // Where nothing can stand ahead of the statement.
        const condition = authorizer.filter(person, action, 'Document', { unloaded: 'database' }).definite()
        const query = printQuery(condition, provider, sqlTablesOf(schema, { facts: plainDatabase(schema) }))
        expect(await idsOf(bare as unknown as AnyClient, provider, 'Document', query)).toEqual(expected)
        found.push(expected.length)
      }
      expect(found).toEqual(counts[action])
    },
    60_000,
  )
})
