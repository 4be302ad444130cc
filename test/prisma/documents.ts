import type { PrismaProvider } from '../../packages/prisma/src/schema/schema.js'
import { createSchema, type Database } from './databases.js'
import { schema as mysql } from './generated/documents-mysql/arcturus/schema.js'
import { PrismaClient as MySqlClient } from './generated/documents-mysql/client/client.js'
import { schema as postgresql } from './generated/documents-postgresql/arcturus/schema.js'
import { PrismaClient as PostgresClient } from './generated/documents-postgresql/client/client.js'
import { schema as sqlite } from './generated/documents-sqlite/arcturus/schema.js'
import { Prisma, PrismaClient as SqliteClient } from './generated/documents-sqlite/client/client.js'

export type Client = SqliteClient
export { Prisma }

/** The generated modules of each provider. */
export const schemas = { sqlite, postgresql, mysql }

const clients = { sqlite: SqliteClient, postgresql: PostgresClient, mysql: MySqlClient }

/** Makes the tables of the schema `documents`. */
export async function createDocuments(database: Database): Promise<void> {
  await createSchema(database, schemas[known(database.provider)])
}

/** Makes the tables of the schema `documents`, and a client for them. */
export async function openDocuments(database: Database): Promise<Client> {
  await createDocuments(database)
  return clientOf(database)
}

/** One more client for a database. */
export function clientOf(database: Database, options: Pick<Prisma.PrismaClientOptions, 'omit'> = {}): Client {
  // The three clients have the same models; their types differ where databases do, which these tests do not touch.
  const Constructor = clients[known(database.provider)] as typeof SqliteClient
  return new Constructor({ ...options, adapter: database.adapter, log: [{ emit: 'event', level: 'query' }] })
}

/** Collects the SQL that a client sends from now on, but for what opens and ends transactions. */
export function watchSql(client: object): string[] {
  const statements: string[] = []
  // The client's type says nothing of its logging, which `clientOf` switches on.
  const logging = client as unknown as { $on(event: 'query', listener: (query: { query: string }) => void): void }
  logging.$on('query', ({ query }) => {
    if (!/^(-- Implicit )?"?(BEGIN|COMMIT|ROLLBACK|SET|PRAGMA)/i.test(query)) statements.push(query)
  })
  return statements
}

export function known(provider: PrismaProvider): keyof typeof schemas {
  if (provider === 'sqlite' || provider === 'postgresql' || provider === 'mysql') return provider
  throw new Error(`no client for ${provider}`)
}
