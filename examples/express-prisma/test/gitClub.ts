import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Express } from 'express'
import request from 'supertest'
import { createApp } from '../src/app.js'
import { createTables, openDatabase } from '../src/database.js'
import { seed } from '../src/seed.js'

/** GitClub over a database of its own, just seeded. */
export async function openGitClub() {
  const folder = mkdtempSync(join(tmpdir(), 'gitclub-'))
  const url = `file:${join(folder, 'test.db')}`
  await createTables(url)
  const database = openDatabase(url)
  await seed(database)
  // A runner of many projects' tests may want to say which databases it used.
  const list = process.env['ARCTURUS_DATABASES_FILE']
  if (list) appendFileSync(list, 'SQLite (libsql)\n')
  const app = createApp(database)
  return {
    app,
    database,
    async close() {
      await database.$disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Sends a request as somebody; as a visitor without a handle. */
export function send(
  app: Express,
  handle: string | undefined,
  method: 'get' | 'post' | 'put' | 'delete',
  path: string,
  body?: object,
) {
  const sent = request(app)[method](`/api${path}`)
  if (handle !== undefined) sent.set('Authorization', `Bearer ${handle}`)
  return body ? sent.send(body) : sent
}
