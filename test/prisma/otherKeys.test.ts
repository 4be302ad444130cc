import { Authorizer } from '@arcturus/core'
import { prismaAuthorization, verifyDatabase } from '@arcturus/prisma'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { openDatabases } from './databases.js'
import { createTables } from './ddl.js'
import { known } from './documents.js'

/** So much of a client as is used here. */
interface Row {
  readonly id: number
}
type Delegate = Record<'createMany' | 'findMany' | 'findUniqueOrThrow', (args: object) => Promise<Row[]>>
type Client = Record<'org' | 'member' | 'paper', Delegate> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

/** By which a database takes texts for equal whatever their case; MariaDB's texts have such a collation by default. */
const collations: Readonly<Record<string, string>> = { sqlite: 'NOCASE', postgresql: '"nocase"', mysql: '' }

describe.each(await openDatabases('other_keys', ['sqlite', 'postgresql', 'mysql']))(
  'A foreign key of another case on $name',
  (database) => {
    const provider = known(database.provider)
    let schema: PrismaSchema
    let bare: Client

    beforeAll(async () => {
      const generated = `./generated/other-keys-${provider}-js`
      schema = ((await import(`${generated}/arcturus/schema.mjs`)) as { schema: PrismaSchema }).schema
      const { PrismaClient } = (
        (await import(`${generated}/client/index.js`)) as { default: { PrismaClient: new (options: object) => Client } }
      ).default
      if (provider === 'postgresql')
        await database.execute([
          `CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`,
        ])
      const collation = collations[provider]
      const collated = (sql: string): string =>
        collation ? sql.replaceAll(/("(?:code|orgCode|B)" TEXT)/g, `$1 COLLATE ${collation}`) : sql
      await database.execute(createTables(schema).map(collated))
      bare = new PrismaClient({ adapter: database.adapter })
      const orgs = [
        { code: 'Acme', open: true },
        { code: 'beta', open: false },
      ]
      const codes = ['Acme', 'beta', 'ACME', 'Beta', null]
      await bare.org.createMany({ data: orgs })
      await bare.member.createMany({ data: ['Acme', 'BETA'].map((orgCode, at) => ({ id: at + 1, orgCode })) })
      const quote = provider === 'mysql' ? '`' : '"'
      const link = ['_fans', 'A', 'B'].map((one) => quote + one + quote)
      await database.execute(
        [`(1, 'ACME')`, `(2, 'BETA')`].map((row) => `INSERT INTO ${link[0]} (${link[1]}, ${link[2]}) VALUES ${row}`),
      )
      await bare.paper.createMany({ data: codes.map((orgCode, at) => ({ id: at + 1, orgCode })) })
    }, 60_000)
    afterAll(async () => {
      await bare?.$disconnect()
      await database.close()
    })

    it.each<[string, number, readonly number[]]>([
      ['paper.org = member.org', 1, [1, 3]],
      ['paper.org = member.org', 2, [2, 4]],
      ['not (paper.org = member.org)', 1, [2, 4, 5]],
      ['not (paper.org = member.org)', 2, [1, 3, 5]],
      ['paper.org != nil and member.id = 1', 1, [1, 2, 3, 4]],
      ['paper.org = nil and member.id = 1', 1, [5]],
      ['paper.org != nil and paper.org.open and member.id = 1', 1, [1, 3]],
      ['paper.org != nil and not paper.org.open and member.id = 1', 1, [2, 4]],
      ['paper.org != nil and paper.org.code = "Acme" and member.id = 1', 1, [1, 3]],
      ['paper.org != nil and not paper.org.code = "Acme" and member.id = 1', 1, [2, 4]],
      ['paper.org != nil and paper.org.code = paper.orgCode and member.id = 1', 1, [1, 2]],
      ['paper.org != nil and not (paper.org.code = paper.orgCode) and member.id = 1', 1, [3, 4]],
      ['paper.orgCode = member.orgCode', 1, [1]],
      ['paper.org != nil and m in paper.org.members and m.id = 2 and member.id = 1', 1, [2, 4]],
      ['paper.org != nil and not (member in paper.org.members)', 2, [1, 3]],
      ['paper.org != nil and member in paper.org.fans', 1, [1, 3]],
      ['paper.org != nil and not (member in paper.org.fans)', 2, [1, 3]],
      ['paper.org != nil and paper.org in member.fanOf', 2, [2, 4]],
      ['not (paper.org in member.fanOf)', 2, [1, 3, 5]],
      ['paper.org != nil and m in paper.org.members and m.orgCode = paper.orgCode and member.id = 1', 1, [1]],
    ])('leads a check and a list to the row that has it: %s, member %i', async (rule, id, expected) => {
      const authorizer = new Authorizer()
      const options = { facts: await verifyDatabase(bare as never, schema) }
      const { prisma, authorizedFilter } = prismaAuthorization(authorizer, bare, { unscoped: 'allow', ...options })
      authorizer.loadSync(`allow(member: Member, "read", paper: Paper) if ${rule};`)
      const orderBy = { id: 'asc' }
      const found: [string, readonly number[]][] = []
      for (const include of [undefined, { org: true }, { org: { include: { members: true } } }]) {
        const loaded = include && { include }
        const member = await prisma.member.findUniqueOrThrow({ where: { id }, ...loaded })
        const papers = await prisma.paper.findMany({ orderBy, ...loaded })
        const allowed = await Promise.all(papers.map((paper) => authorizer.isAllowed(member, 'read', paper)))
        found.push([
          `check with ${JSON.stringify(include)}`,
          papers.filter((_, at) => allowed[at]).map((one) => one.id),
        ])
        for (const choices of [{}, { actorRelations: 'database' }, { strategy: 'subquery' }] as const) {
          const listed = await prisma.paper.findMany(authorizedFilter(member, { orderBy, ...choices } as never))
          found.push([`list with ${JSON.stringify([include, choices])}`, listed.map((paper) => paper.id)])
        }
      }
      expect(found).toEqual(found.map(([how]) => [how, expected]))
    })
  },
)
