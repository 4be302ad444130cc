import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Express } from 'express'
import request from 'supertest'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { noteDatabase } from '../databases.js'
import { createTables } from '../prisma/ddl.js'
import { schema } from '../prisma/generated/readme-sqlite/arcturus/schema.js'

const folder = new URL('./generated/README/', import.meta.url)
const database = fileURLToPath(new URL('documents.db', folder))

/** The README's code says where files are as an application started in its folder would. */
const home = process.cwd()
beforeAll(() => process.chdir(fileURLToPath(folder)))
afterAll(() => process.chdir(home))

test.each(['ask.ts', 'dropIn.ts'])('%s of the README does what its comments say', async (file) => {
  await import(new URL(file, folder).href)
})

test('app.ts of the README guards the route and filters the list', async () => {
  rmSync(database, { force: true })
  // The application's client makes the file; the tables come before the first request.
  const { app, prisma }: { app: Express; prisma: SqlClient } = await import(new URL('app.ts', folder).href)
  noteDatabase('SQLite (libsql)')
  for (const statement of createTables(schema)) await prisma.$executeRawUnsafe(statement)
  for (const statement of rows) await prisma.$executeRawUnsafe(statement)

  const idsFor = async (user?: string) => {
    const asked = request(app).get('/documents')
    const { body } = await (user ? asked.set('x-user', user) : asked)
    return body.map((document: { id: number }) => document.id).sort()
  }
  expect(await idsFor('1')).toEqual([1, 2])
  expect(await idsFor('2')).toEqual([1, 2, 3])
  expect(await idsFor()).toEqual([2])

  await request(app).get('/documents/1').set('x-user', '1').expect(200)
  await request(app).get('/documents/3').set('x-user', '1').expect(404)
  await request(app).get('/documents/3').expect(401)
  await request(app).get('/documents/2').expect(200)
})

interface SqlClient {
  $executeRawUnsafe(sql: string): Promise<number>
}

const rows = [
  'INSERT INTO User (id) VALUES (1), (2)',
  'INSERT INTO Folder (id, ownerId) VALUES (1, 1), (2, 2)',
  `INSERT INTO Document (id, title, isPublic, ownerId, folderId) VALUES
     (1, 'Plan', false, 2, 1), (2, 'Notice', true, 2, 2), (3, 'Diary', false, 2, 2)`,
]
