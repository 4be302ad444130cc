import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testAuthorization } from '@arcturus/testing'
import { Client } from 'pg'
import request from 'supertest'
import type { DataSource } from 'typeorm'
import { createApp } from '../src/app.js'
import { createAuthorization } from '../src/authorization.js'
import { createTables, openDatabase } from '../src/database.js'
import { Document } from '../src/entities/document.js'
import { Folder } from '../src/entities/folder.js'
import { Person } from '../src/entities/person.js'
import { findPerson } from '../src/people.js'
import { seed } from '../src/seed.js'

/** A server or a folder in which a test gets tables of its own. */
export interface Place {
  readonly name: string
  make(): Promise<{ readonly url: string; drop(): Promise<void> }>
}

const sqlite: Place = {
  name: 'SQLite (libsql)',
  async make() {
    const folder = mkdtempSync(join(tmpdir(), 'folio-'))
    return {
      url: `file:${join(folder, 'test.db')}`,
      drop: async () => rmSync(folder, { recursive: true, force: true }),
    }
  },
}

/** Where the tests run: in SQLite, and in the PostgreSQL that `DATABASE_URL` names; in CI, which has to have one, in that of the machine. */
export async function places(): Promise<Place[]> {
  const said = process.env['DATABASE_URL']
  const isPostgres = said !== undefined && /^postgres(ql)?:/.test(said)
  if (!isPostgres && !process.env['CI']) return [sqlite]
  const server = isPostgres ? said : 'postgres://postgres@127.0.0.1:5432/postgres'
  const run = async (sql: string): Promise<string> => {
    const client = new Client({ connectionString: server, connectionTimeoutMillis: 30_000 })
    try {
      await client.connect()
      return String((await client.query<{ server_version?: string }>(sql)).rows[0]?.server_version)
    } finally {
      await client.end()
    }
  }
  const version = await run('SHOW server_version')
  const name = `folio_test_${process.pid}`
  const url = new URL(server)
  url.searchParams.set('schema', name)
  const postgres: Place = {
    name: `PostgreSQL ${version.split(' ')[0]} (server)`,
    async make() {
      await run(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
      return { url: url.href, drop: async () => void (await run(`DROP SCHEMA ${name} CASCADE`)) }
    },
  }
  return [sqlite, postgres]
}

/** Folio over tables of its own, just seeded. */
export async function openFolio({ name, make }: Place) {
  const { url, drop } = await make()
  // A runner of many projects' tests may want to say which databases it used.
  const list = process.env['ARCTURUS_DATABASES_FILE']
  if (list) appendFileSync(list, `${name}\n`)
  const database = await openDatabase(url)
  await createTables(database)
  await seed(database)
  const folio = await createAuthorization(database)
  const testing = testAuthorization(folio.authorizer)
  const listener = createApp(folio).callback()

  return {
    database,
    /** All rows, whoever may read them. */
    rows: folio.manager,
    ...testing,
    /** Somebody as requests know them; nobody without a handle. */
    person: async (handle: string | undefined) => (handle === undefined ? null : await findPerson(folio.rows, handle)),
    /** Sends a request as somebody; as a visitor without a handle. */
    send(handle: string | undefined, method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object) {
      const sent = request(listener)[method](`/api${path}`)
      if (handle !== undefined) sent.set('Authorization', `Bearer ${handle}`)
      return body ? sent.send(body) : sent
    },
    get: (path: string) => request(listener).get(path),
    folder: (of: string) => folio.rows.findOneByOrFail(Folder, { name: of }),
    document: (title: string) => folio.rows.findOneByOrFail(Document, { title }),
    personId: async (handle: string) => (await folio.rows.findOneByOrFail(Person, { handle })).id,
    async close() {
      await database.destroy()
      await drop()
    },
  }
}

/** How many queries run while something is done. */
export async function countQueries(database: DataSource, work: () => PromiseLike<unknown>): Promise<number> {
  const { logger } = database
  let count = 0
  database.logger = { ...silent, logQuery: () => void count++ }
  try {
    await work()
  } finally {
    database.logger = logger
  }
  return count
}

const silent = {
  logQuery() {},
  logQueryError() {},
  logQuerySlow() {},
  logSchemaBuild() {},
  logMigration() {},
  log() {},
}
