import { createConnection } from 'mysql2/promise'
import { Client } from 'pg'

/** A database on a server, or what is as good as one: empty and without tables, for one test file. */
export interface OwnDatabase {
  /** Product and version, and how it was reached. */
  readonly name: string
  /** With whom and where to connect, and the database as its path. */
  readonly url: URL
  /** Runs statements on a connection of its own. */
  execute(statements: readonly string[]): Promise<void>
  /** Takes it away, whoever is still connected. */
  drop(): Promise<void>
}

/** The database in which test files have their schemas: to make and to drop one of their own waits for the disk, for seconds. */
const shared = 'arcturus_tests'

/** A schema on a server of PostgreSQL that is as good as a database. */
export interface OwnSchema extends OwnDatabase {
  readonly schema: string
  /** What connections say as they begin, to be in the schema: the parameter `options`, which `url` has too. */
  readonly options: string
}

/**
 * Makes a schema on the PostgreSQL of `PG_URL`, by default the local one.
 *
 * @param name - of the schema; one of that name is taken away first
 * @returns undefined where no server answers
 */
export async function postgresSchema(name: string): Promise<OwnSchema | undefined> {
  const server = new URL(process.env['PG_URL'] ?? 'postgresql://postgres@127.0.0.1:5432/postgres')
  const run = async (url: URL, statements: readonly string[]): Promise<Record<string, unknown> | undefined> => {
    const connection = new Client({ connectionString: url.href, connectionTimeoutMillis: 30_000 })
    await connection.connect()
    try {
      let first: Record<string, unknown> | undefined
      for (const sql of statements) first = (await connection.query(sql)).rows[0]
      return first
    } finally {
      await connection.end()
    }
  }
  const answered = await run(server, ['SHOW server_version']).catch(() => undefined)
  if (answered === undefined) return undefined
  const create = `CREATE DATABASE ${shared} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C'`
  // Another file may make it at the same time.
  await run(server, [create]).catch((error: { readonly code?: string }) => {
    if (error.code !== '42P04' && error.code !== '23505') throw error
  })
  // Without statistics a table is taken for a large one, and queries of a few rows would be compiled to machine code, for seconds.
  const settings = { search_path: name, application_name: name, jit: 'off', synchronous_commit: 'off' }
  const options = Object.entries(settings).map(([key, value]) => `-c ${key}=${value}`)
  const url = new URL(`/${shared}`, server)
  const drop = [
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = '${name}'`,
    `DROP SCHEMA IF EXISTS ${name} CASCADE`,
  ]
  const outside = new URL(url)
  await run(outside, [...drop, `CREATE SCHEMA ${name}`])
  url.searchParams.set('options', options.join(' '))
  return {
    name: `PostgreSQL ${String(answered['server_version']).split(' ')[0]} (server)`,
    url,
    schema: name,
    options: options.join(' '),
    execute: async (statements) => void (await run(url, statements)),
    drop: async () => void (await run(outside, drop)),
  }
}

/**
 * Makes a database on the MariaDB or MySQL of `MYSQL_URL`, by default the local one.
 *
 * @param name - of the database; one of that name is taken away first
 * @param collation - of its texts; the default one ignores case, accents and trailing blanks
 * @returns undefined where no server answers
 */
export async function mariaDbDatabase(
  name: string,
  collation: 'utf8mb4_general_ci' | 'utf8mb4_nopad_bin' = 'utf8mb4_general_ci',
): Promise<OwnDatabase | undefined> {
  const server = new URL(process.env['MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3306')
  const run = async (url: URL, statements: readonly string[]): Promise<unknown> => {
    const connection = await createConnection({ ...credentialsOf(url), connectTimeout: 30_000 })
    try {
      let first: unknown
      for (const sql of statements) [first] = await connection.query(sql)
      return first
    } finally {
      await connection.end()
    }
  }
  const answered = (await run(server, ['SELECT VERSION() AS version']).catch(() => undefined)) as
    | readonly { version: string }[]
    | undefined
  if (!answered) return undefined
  const { version } = answered[0]!
  await run(server, [`DROP DATABASE IF EXISTS ${name}`, `CREATE DATABASE ${name} COLLATE ${collation}`])
  const url = new URL(`/${name}`, server)
  return {
    name: `${version.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${version.split('-')[0]} (server)`,
    url,
    execute: async (statements) => void (await run(url, statements)),
    drop: async () => void (await run(server, [`DROP DATABASE IF EXISTS ${name}`])),
  }
}

/** The options of the drivers of MariaDB and MySQL, which take no URL. */
export function credentialsOf(url: URL): {
  host: string
  port: number
  user: string
  password: string
  database?: string
} {
  const database = url.pathname.slice(1)
  return {
    host: url.hostname,
    port: Number(url.port || 3306),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    ...(database && { database }),
  }
}
