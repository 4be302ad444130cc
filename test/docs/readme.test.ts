import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
  expect(await idsFor('1')).toEqual([1, 2, 3])
  expect(await idsFor('2')).toEqual([2])
  expect(await idsFor()).toEqual([2])

  await request(app).get('/documents/1').set('x-user', '1').expect(200)
  await request(app).get('/documents/1').set('x-user', '2').expect(404)
  await request(app).get('/documents/1').expect(401)
  await request(app).get('/documents/2').expect(200)

  const update = (id: number, user: string) =>
    request(app).patch(`/documents/${id}`).set('x-user', user).send({ title: 'New' })
  expect((await update(1, '1').expect(200)).body.title).toBe('New')
  await update(1, '2').expect(404)
  await update(2, '2').expect(403)
})

test('the configuration of the tour explains a decision of that application', () => {
  const command = new URL('../../packages/cli/', import.meta.url)
  const file = new URL('arcturus.config.ts', folder)
  const config = readFileSync(file, 'utf8')
  writeFileSync(file, config.replace('@arcturus/cli', new URL('dist/index.mjs', command).href))
  const bin = fileURLToPath(new URL('bin/arcturus.mjs', command))
  const asked = ['explain', 'user:2', 'update', 'document:2']
  const { status, stdout } = spawnSync(process.execPath, [bin, ...asked], { encoding: 'utf8' })
  writeFileSync(file, config)
  expect(stdout).toContain('User 2 may not "update" Document 2.')
  expect(stdout).toContain('What is missing')
  expect(status).toBe(1)
})

test('the README has at most 120 lines', () => {
  const text = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  expect(text.split('\n').length).toBeLessThanOrEqual(121)
})

test('the README and the tour have at most 2,500 words', () => {
  const texts = ['README.md', 'docs/tour.md'].map((file) =>
    readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'),
  )
  expect(texts.join(' ').split(/\s+/).length).toBeLessThanOrEqual(2_500)
})

const packages = readdirSync(new URL('../../packages/', import.meta.url))
test.each(packages)('the README of %s has at most 60 lines', (name) => {
  const text = readFileSync(new URL(`../../packages/${name}/README.md`, import.meta.url), 'utf8')
  expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(60)
})

interface SqlClient {
  $executeRawUnsafe(sql: string): Promise<number>
}

const rows = [
  'INSERT INTO User (id) VALUES (1), (2)',
  `INSERT INTO Document (id, title, isPublic, ownerId)
     VALUES (1, 'Plan', false, 1), (2, 'Notice', true, 1), (3, 'Diary', false, 1)`,
]
