import { Authorizer, UnsupportedFilterError } from '@arcturus/core'
import { prismaAuthorization } from '@arcturus/prisma'
import type { PrismaProvider, PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { type Database, openDatabases } from '../prisma/databases.js'
import { createTables } from '../prisma/ddl.js'
import type { Corpus, Tables } from './corpus.js'
import type { Orm } from './orm.js'
import { loadPolicy, User } from './policy.js'

/** So much of a client as is used here. */
interface Delegate {
  createMany(args: { data: readonly object[] }): Promise<unknown>
  findMany(args: object): Promise<readonly { readonly id: string }[]>
}
type Client = Readonly<Record<string, Delegate>> & {
  $extends(extension: unknown): Client
  $disconnect(): Promise<void>
}

/** The generated module of a provider. */
export async function schemaFor(provider: PrismaProvider): Promise<PrismaSchema> {
  const generated = `../prisma/generated/hostile-${provider}-js/arcturus/schema.mjs`
  return ((await import(generated)) as { schema: PrismaSchema }).schema
}

/** Databases, and what an application says of their texts. */
const databases = {
  'by code point': { collation: 'utf8mb4_nopad_bin', acceptCollation: true },
  // What no `where` says exactly is a query of ours.
  'by the default collation': { collation: 'utf8mb4_general_ci', acceptCollation: false },
} as const

/** Opens Prisma over the databases that are there, each with the rows of the corpus. */
export async function openPrisma(corpus: Corpus, tables: Tables): Promise<Orm[]> {
  const orms: Orm[] = []
  for (const texts of ['by code point', 'by the default collation'] as const) {
    const { collation } = databases[texts]
    const name = `hostile_${collation}`
    for (const database of await openDatabases(name, ['sqlite', 'postgresql', 'mysql'], collation))
      orms.push(await openOn(database, texts, corpus, tables))
  }
  return orms
}

async function openOn(database: Database, texts: keyof typeof databases, corpus: Corpus, tables: Tables): Promise<Orm> {
  const schema = await schemaFor(database.provider)
  const generated = `../prisma/generated/hostile-${database.provider}-js/client/index.js`
  const { PrismaClient } = ((await import(generated)) as { default: { PrismaClient: new (options: object) => Client } })
    .default
  await database.execute(createTables(schema, { references: false }))
  const client = new PrismaClient({ adapter: database.adapter })
  const { acceptCollation } = databases[texts]
  const authorizer = new Authorizer()
  const { prisma, authorizedFilter } = prismaAuthorization(authorizer, client, { acceptCollation })
  loadPolicy(authorizer)
  for (const [model, rows] of Object.entries(tables))
    await client[model.charAt(0).toLowerCase() + model.slice(1)]!.createMany({ data: rows })
  const user = new User(corpus)
  const find = async (action: string, strategy: 'where' | 'auto'): Promise<string[]> => {
    const filter = authorizedFilter(user, { action, strategy, select: { id: true } })
    return (await prisma['item']!.findMany(filter)).map(({ id }) => id)
  }
  return {
    name: `Prisma on ${database.name}, texts ${texts}`,
    // libsql cuts texts at a zero character, so some comparisons of texts need SQL, as all arithmetic does.
    ownWords:
      database.provider === 'sqlite' ? 131 : texts === 'by code point' || database.provider !== 'mysql' ? 142 : 52,
    async list(action) {
      try {
        return { ids: await find(action, 'where'), strategy: 'where' }
      } catch (error) {
        if (!(error instanceof UnsupportedFilterError)) throw error
        return { ids: await find(action, 'auto'), strategy: 'subquery' }
      }
    },
    async close() {
      await client.$disconnect()
      await database.close()
    },
  }
}
