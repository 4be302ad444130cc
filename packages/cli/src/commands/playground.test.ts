import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Project } from '../project/project.js'
import { application, notes } from '../testing/application.js'
import { applicationOf, serve } from './playground.js'

const defaults = { rows: 20, show: [] }
const opened = async (folder: string, given: Partial<Parameters<typeof applicationOf>[1]> = {}, isProduction = false) =>
  JSON.parse(await applicationOf(() => Project.open(folder, undefined), { ...defaults, ...given }, isProduction))

describe('the application of the playground', () => {
  it('has the columns that the policy reads, and keys', async () => {
    const { models, policy, rows } = await opened(application().folder)
    expect(policy).toBe(notes['policy.polar'])
    expect(models.map(({ name }: { name: string }) => name)).toEqual(['User', 'Note'])
    expect(rows).toEqual([
      ['User', { id: 1 }],
      ['User', { id: 2 }],
      ['Note', { id: 1, isPublic: false, owner: [1] }],
      ['Note', { id: 2, isPublic: false, owner: [2] }],
      ['Note', { id: 3, isPublic: true, owner: [1] }],
    ])
  })

  it('has more columns if they are named, and rows that the others refer to', async () => {
    const { rows } = await opened(application().folder, { show: ['User.name'], rows: 1 })
    expect(rows).toEqual([
      ['User', { id: 1, name: 'ada' }],
      ['Note', { id: 1, isPublic: false, owner: [1] }],
    ])
    await expect(opened(application().folder, { show: ['User.nam'] })).rejects.toThrow('no column User.nam')
  })

  it('is refused in production without a flag', async () => {
    const { folder } = application()
    await expect(opened(folder, {}, true)).rejects.toThrow('NODE_ENV is production')
    expect(await opened(folder, { production: true }, true)).toHaveProperty('rows')
  })
})

describe('the server of the playground', () => {
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-page-'))
  let started: Awaited<ReturnType<typeof serve>>
  beforeAll(async () => {
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<title>The page</title>')
    started = await serve('{"secret":1}', pathToFileURL(`${folder}/`))
  })
  afterAll(() => {
    started.server.close()
    rmSync(folder, { recursive: true })
  })

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<readonly [status: number, body: string]>((resolve, reject) => {
      const { hostname, port } = new URL(started.address)
      request({ hostname, port, path, method, headers }, (response) => {
        let body = ''
        response.on('data', (part) => {
          body += part
        })
        response.on('end', () => resolve([response.statusCode!, body]))
      })
        .on('error', reject)
        .end()
    })
  const root = () => new URL(started.address).pathname

  it('listens on this computer alone, and serves the page and the application', async () => {
    expect(started.server.address()).toMatchObject({ address: '127.0.0.1' })
    expect(await get(root())).toEqual([200, '<title>The page</title>'])
    expect(await get(`${root()}application.json`)).toEqual([200, '{"secret":1}'])
    expect(root()).toMatch(/^\/[\w-]{32}\/$/)
  })

  it.each<[string, () => ReturnType<typeof get>]>([
    ['without the token', () => get('/application.json')],
    ['with another token', () => get(`/${'A'.repeat(32)}/application.json`)],
    ['for another host', () => get(`${root()}application.json`, { host: 'evil.example' })],
    ['of another origin', () => get(`${root()}application.json`, { origin: 'http://evil.example' })],
    ['that writes', () => get(root(), {}, 'POST')],
    ['for a file outside the page', () => get(`${root()}../../../../../../../../etc/passwd`)],
    ['for a folder', () => get(`${root()}assets`)],
  ])('refuses a request %s', async (_, ask) => expect(await ask()).toEqual([403, '']))
})

it('opens no file that is no JSON', async () => {
  const app = application({ 'bad.world.json': '{' })
  const { code, error } = await app.run('playground', '--import', 'bad.world.json')
  expect(code).toBe(2)
  expect(error).toContain("The world can't be read")
})
