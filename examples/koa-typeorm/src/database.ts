import { fileURLToPath } from 'node:url'
import Sqlite from 'libsql'
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm'
import { Document } from './entities/document.js'
import { Folder } from './entities/folder.js'
import { Person } from './entities/person.js'
import { Share } from './entities/share.js'
import { Team } from './entities/team.js'

export const defaultFile: string = fileURLToPath(new URL('../folio.db', import.meta.url))

/**
 * The database of `DATABASE_URL`, PostgreSQL's (`postgres://folio@localhost/folio`, with `?schema=` if it is not `public`) or
 * SQLite's (`file:/where/it/is.db`); without one `folio.db` in this folder.
 */
export const databaseUrl: string = process.env['DATABASE_URL'] ?? `file:${defaultFile}`

/** What is wrong with the database, for whoever starts the application: where in the program it was met helps nobody. */
export class DatabaseProblem extends Error {
  override readonly name = 'DatabaseProblem'
}

/** @throws {DatabaseProblem} The address is none, or nobody answers there. */
export async function openDatabase(url: string): Promise<DataSource> {
  const database = new DataSource({ ...driverOf(url), entities: [Person, Team, Folder, Document, Share] })
  try {
    await database.initialize()
    // A file that is no database is told when it is read.
    await hasTables(database)
    return database
  } catch (error) {
    throw new DatabaseProblem(
      `The database ${withoutPassword(url)} can't be opened: ${reasonOf(error)}.\nDATABASE_URL says which one it is: postgres://… or file:….`,
    )
  }
}

/** @throws {DatabaseProblem} Nobody ran `npm run setup`. */
export async function assertSetUp(database: DataSource): Promise<void> {
  if (!(await hasTables(database))) throw new DatabaseProblem('The database has no tables yet: npm run setup.')
}

/** @throws {DatabaseProblem} There is something in it already. */
export async function createTables(database: DataSource): Promise<void> {
  if (await hasTables(database))
    throw new DatabaseProblem('The database is not empty, and setup only fills an empty one.')
  const { schema } = database.getMetadata(Person)
  if (schema !== undefined) await withRunner(database, (runner) => runner.createSchema(schema, true))
  await database.synchronize()
}

/** Whether it is the database that failed, rather than a query. */
export function isUnreachable(error: unknown): boolean {
  const code = codeOf(error)
  // PostgreSQL's class 08 and 57P: the connection is gone, or the server going.
  return /^(ECONN|ENOTFOUND|EAI_|ETIMEDOUT|08|57P)/.test(code) || /^Connection terminated/.test(reasonOf(error))
}

function hasTables(database: DataSource): Promise<boolean> {
  return withRunner(database, (runner) => runner.hasTable(database.getMetadata(Person).tablePath))
}

async function withRunner<Answer>(
  database: DataSource,
  work: (runner: QueryRunner) => Promise<Answer>,
): Promise<Answer> {
  const runner = database.createQueryRunner()
  try {
    return await work(runner)
  } finally {
    await runner.release()
  }
}

function driverOf(url: string): DataSourceOptions {
  if (/^postgres(ql)?:/.test(url)) {
    const schema = new URL(url).searchParams.get('schema') ?? 'public'
    return { type: 'postgres', url, schema, connectTimeoutMS: 5_000 }
  }
  const file = /^file:(.+)$/.exec(url)?.[1]
  if (file === undefined)
    throw new DatabaseProblem(`DATABASE_URL is neither postgres://… nor file:…: ${withoutPassword(url)}`)
  return { type: 'better-sqlite3', database: file, driver: SqliteFile }
}

/**
 * libsql is SQLite behind the interface of better-sqlite3, and installs without a compiler. It takes a single parameter
 * that is null for a list of named ones, and fails; so it gets all parameters as one list.
 */
class SqliteFile extends Sqlite {
  override prepare: Sqlite.Database['prepare'] = (source: string) => {
    const statement = super.prepare(source)
    for (const name of ['run', 'get', 'all'] as const) {
      // Sound: these methods take the parameters of the statement alone.
      const original = statement[name] as (parameters: readonly unknown[]) => unknown
      Object.assign(statement, { [name]: (...parameters: unknown[]) => original.call(statement, parameters) })
    }
    // Sound: only the types say how many parameters the statement has.
    return statement as never
  }
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}

/** Where several addresses were tried, their error has no message of its own. */
function reasonOf(error: unknown): string {
  return (error instanceof Error && error.message) || codeOf(error) || String(error)
}

function withoutPassword(url: string): string {
  return url.replace(/:[^:@/]*@/, '@')
}
