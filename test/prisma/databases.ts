import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PrismaProvider, PrismaSchema } from '@arcturus/prisma'
import { PGlite } from '@electric-sql/pglite'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaPg } from '@prisma/adapter-pg'
import { createConnection } from 'mariadb'
import { Client } from 'pg'
import { PrismaPGlite } from 'pglite-prisma-adapter'
import { noteDatabase } from '../databases.js'
import { createTables } from './ddl.js'

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
 * @param collation of MariaDB's texts; the default one ignores case, accents and trailing blanks
 */
export async function openDatabases(
  name: string,
  providers: readonly PrismaProvider[],
  collation: 'utf8mb4_general_ci' | 'utf8mb4_nopad_bin' = 'utf8mb4_general_ci',
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
export async function createSchema(database: Database, schema: PrismaSchema): Promise<void> {
  await database.execute(createTables(schema))
}

async function openSqlite(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-prisma-'))
  const adapter = new PrismaLibSql({ url: `file:${folder}/test.db` })
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
  const url = new URL(process.env['PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres')
  const onServer = async (sql: string): Promise<string> => {
    const connection = new Client({ connectionString: url.href, connectionTimeoutMillis: 2_000 })
    await connection.connect()
    try {
      const { rows } = await connection.query<{ server_version?: string }>(sql)
      return rows[0]?.server_version ?? ''
    } finally {
      await connection.end()
    }
  }
  let version: string
  try {
    version = await onServer('SHOW server_version')
  } catch {
    return undefined
  }
  await onServer(`DROP DATABASE IF EXISTS ${unique}`)
  await onServer(`CREATE DATABASE ${unique} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'`)
  const own = new URL(url)
  own.pathname = `/${unique}`
  return {
    name: `PostgreSQL ${version.split(' ')[0]} (server)`,
    provider: 'postgresql',
    adapter: new PrismaPg({ connectionString: own.href }),
    async execute(statements) {
      const connection = new Client({ connectionString: own.href })
      await connection.connect()
      for (const sql of statements) await connection.query(sql)
      await connection.end()
    },
    async close() {
      await onServer(`DROP DATABASE IF EXISTS ${unique} WITH (FORCE)`)
    },
  }
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

async function openMariaDb(unique: string, collation: string): Promise<Database | undefined> {
  const url = new URL(process.env['MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306')
  const server = {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    connectTimeout: 10_000,
  }
  const run = async (statements: readonly string[], database?: string): Promise<string> => {
    const connection = await createConnection({ ...server, ...(database === undefined ? {} : { database }) })
    try {
      for (const sql of statements) await connection.query(sql)
      return connection.serverVersion() ?? ''
    } finally {
      await connection.end()
    }
  }
  let version: string
  try {
    version = await run([])
  } catch {
    return undefined
  }
  await run([`DROP DATABASE IF EXISTS ${unique}`, `CREATE DATABASE ${unique} COLLATE ${collation}`])
  return {
    name: `${version.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version.split('-')[0]} (server)`,
    provider: 'mysql',
    adapter: new PrismaMariaDb({ ...server, database: unique }),
    async execute(statements) {
      await run(statements, unique)
    },
    async close() {
      await run([`DROP DATABASE IF EXISTS ${unique}`])
    },
  }
}
