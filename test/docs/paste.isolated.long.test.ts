import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PrismaLibSql } from '@prisma/adapter-libsql'
import { afterAll, expect, test } from 'vitest'
import { packAll } from '../../scripts/pack.mjs'
import { runScript, startApplication } from '../e2e/application.js'
import { createTables } from '../prisma/ddl.js'
import { schema } from '../prisma/generated/readme-sqlite/arcturus/schema.js'

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'pasted-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The versions that the tests have, for the packages that the README installs without one. */
const versions: Readonly<Record<string, string>> = {
  ...JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).devDependencies,
  tsx: '4',
  typescript: '5',
}

test('the README, pasted into an empty folder, guards a route, filters a list and checks a write', async () => {
  const packed = packAll(join(folder, 'packed'))
  const [install] = /npm init.*?(?=```)/s.exec(readme)!
  const [, script] = /scripts\.(start="[^"]+")/.exec(install)!
  const named = [...install.matchAll(/npm install (?:--save-dev )?(.*)/g)].flatMap(([, names]) => names!.split(' '))
  const dependencies = named.map((one) => {
    const name = one.replace(/(?<=.)@\d+$/, '')
    const file = packed.get(name)
    return [name, file ? `file:${file}` : versions[name]!]
  })
  const overrides = [...packed].filter(([name]) => !named.includes(name)).map(([name, file]) => [name, `file:${file}`])
  const manifest = {
    type: 'module',
    scripts: { start: script!.slice('start="'.length, -1), setup: 'prisma generate' },
    dependencies: Object.fromEntries(dependencies),
    overrides: Object.fromEntries(overrides),
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
  for (const [, title, code] of readme.matchAll(/^```\w+ title="([\w.]+)"\n(.*?)^```$/gms))
    writeFileSync(join(folder, title!), code!)
  await runScript(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline'])

  // `prisma db push` downloads an engine, which tests must not: the tables are made without it.
  const adapter = new PrismaLibSql({ url: `file:${join(folder, 'documents.db')}` })
  const connection = await adapter.connect()
  for (const sql of createTables(schema)) await connection.executeRaw({ sql, args: [], argTypes: [] })
  await connection.dispose()

  const application = await startApplication(folder, { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath }, '/documents')
  try {
    const ask = (path: string, user: string, init: RequestInit = {}) =>
      fetch(application.url + path, { ...init, headers: { 'x-user': user, 'content-type': 'application/json' } })
    const titles = async (user: string) =>
      ((await (await ask('/documents', user)).json()) as { title: string }[]).map(({ title }) => title)
    expect(await titles('1')).toEqual(['Plan', 'Notice'])
    expect(await titles('2')).toEqual(['Notice'])
    expect((await ask('/documents/1', '1')).status).toBe(200)
    expect((await ask('/documents/1', '2')).status).toBe(404)
    const patch = { method: 'PATCH', body: JSON.stringify({ title: 'New' }) }
    expect((await ask('/documents/2', '2', patch)).status).toBe(403)
    expect((await ask('/documents/2', '1', patch)).status).toBe(200)
  } finally {
    await application.stop()
  }
})
