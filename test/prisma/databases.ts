import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaPg } from '@prisma/adapter-pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import type { PrismaProvider, PrismaSchema } from '../../packages/prisma/src/schema/schema.js'
import { noteDatabase } from '../databases.js'
import { credentialsOf, mariaDbDatabase, postgresSchema } from '../orm/servers.js'
import { createTables } from './ddl.js'

type Collation = NonNullable<Parameters<typeof mariaDbDatabase>[1]>

/** A database of its own for one test file, empty and without tables. */
export interface Database {
  /** Product and version, and how it was reached. */
  readonly name: string
  readonly provider: PrismaProvider
  /** What a Prisma client is made with. */
  readonly adapter: PrismaLibSql | PrismaPg | PrismaPGlite | PrismaMariaDb
  /** Runs statements on a connection of its own. */
  execute(statements: readonly string[]): Promise<void>
  /** Takes the database away; clients must be disconnected before. */
  close(): Promise<void>
}

/**
 * Opens a database of each kind that is there: SQLite always; PostgreSQL on its server (`PG_URL`, by default the local
 * one), else the embedded one; MariaDB on its server (`MYSQL_URL`, by default the local one), else none.
 * @param name of the test file, so that files that run side by side do not meet
 * @param collation of MariaDB's texts; by default one that ignores case, accents and trailing blanks
 */
export async function openDatabases(
  name: string,
  providers: readonly PrismaProvider[],
  collation?: Collation,
): Promise<Database[]> {
  const unique = `arcturus_${name}_${process.pid}`
  const openers = {
    sqlite: openSqlite,
    postgresql: async () => (await openPostgres(unique)) ?? (await openPglite()),
    mysql: () => openMariaDb(unique, collation),
  }
  const opened: Database[] = []
  for (const [provider, open] of Object.entries(openers)) {
    if (!providers.includes(provider as PrismaProvider)) continue
    const database = await open()
    if (database) {
      noteDatabase(database.name)
      opened.push(database)
    }
  }
  return opened
}

/** Makes the tables of a Prisma schema. */
export async function createSchema(
  database: Database,
  schema: PrismaSchema,
  options?: Parameters<typeof createTables>[1],
): Promise<void> {
  await database.execute(createTables(schema, options))
}

async function openSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-prisma-'))
  // Else the driver fails for an integer beyond 2 ** 53.
  const adapter = new PrismaLibSql({ url: `file:${folder}/test.db`, intMode: 'bigint' })
  return {
    name: 'SQLite (libsql)',
    provider: 'sqlite',
    adapter,
    async execute(statements) {
      const connection = await adapter.connect()
      for (const sql of statements) await connection.executeRaw({ sql, args: [], argTypes: [] })
      await connection.dispose()
    },
    async close() {
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function openPostgres(unique: string): Promise<Database | undefined> {
  const database = await postgresSchema(unique)
  return (
    database && {
      name: database.name,
      provider: 'postgresql',
      adapter: new PrismaPg({ connectionString: database.url.href }, { schema: database.schema }),
      execute: database.execute,
      close: database.drop,
    }
  )
}

async function openPglite(): Promise<Database> {
  const pglite = new PGlite()
  const { rows } = await pglite.query<{ server_version: string }>('SHOW server_version')
  return {
    name: `PostgreSQL ${rows[0]?.server_version} (PGlite)`,
    provider: 'postgresql',
    adapter: new PrismaPGlite(pglite),
    async execute(statements) {
      for (const sql of statements) await pglite.exec(sql)
    },
    async close() {
      await pglite.close()
    },
  }
}

async function openMariaDb(unique: string, collation: Collation | undefined): Promise<Database | undefined> {
  const database = await mariaDbDatabase(unique, collation)
  return (
    database && {
      name: database.name,
      provider: 'mysql',
      adapter: new PrismaMariaDb({ ...credentialsOf(database.url), acquireTimeout: 30_000, connectTimeout: 30_000 }),
      execute: database.execute,
      close: database.drop,
    }
  )
}
