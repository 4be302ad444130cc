import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { deflateRawSync, gzipSync, inflateRawSync } from 'node:zlib'
import { type Browser, chromium, type Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { serve } from '../../../packages/cli/src/commands/playground.js'
import { examples } from '../examples.js'

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'arcturus-playground-'))
const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}
let server: Server
let browser: Browser
let address: string
/** What the open page told: errors, requests to other origins, and violations of its content security policy. */
let told: string[]

beforeAll(async () => {
  await build({
    configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url!, 'http://localhost')
    try {
      const file = pathname === '/' ? '/index.html' : pathname
      const body = readFileSync(join(folder, file))
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
})
afterAll(async () => {
  await browser?.close()
  server?.close()
  rmSync(folder, { recursive: true, force: true })
})

async function open(fragment = '', options: Parameters<Browser['newPage']>[0] = {}): Promise<Page> {
  const page = await browser.newPage(options)
  told = []
  page.on('console', (message) => ['error', 'warning'].includes(message.type()) && told.push(message.text()))
  page.on('pageerror', (error) => told.push(error.message))
  page.on('request', (request) => !request.url().startsWith(address) && told.push(request.url()))
  await page.goto(`${address}${fragment}`)
  return page
}

/** Replaces the policy in the editor. */
async function write(page: Page, text: string, at = 0): Promise<void> {
  const editor = page.locator('.cm-content').nth(at)
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

const answer = (page: Page, name: string) => page.getByRole('button', { name, exact: true })
const linkOf = (value: unknown) => `#w=${deflateRawSync(JSON.stringify(value)).toString('base64url')}`
const all = await examples()
const organizations = all['organizations']!

describe('the built page', () => {
  const size = (pattern: RegExp) =>
    readdirSync(join(folder, 'assets'))
      .filter((file) => pattern.test(file))
      .reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, 'assets', file))).length, 0)

  test('keeps its budgets of bytes', () => {
    const shell = gzipSync(readFileSync(join(folder, 'index.html'))).length + size(/^index-.*\.(js|css)$/)
    expect(shell).toBeLessThan(60_000)
    expect(size(/^editor-/)).toBeLessThan(140_000)
  })

  test('needs at most 200 kB for answers; reasons and SQL come when they are asked for', async () => {
    const page = await browser.newPage()
    let engine = 0
    page.on('response', async (response) => {
      if (!/(?<!\/(?:index|editor|dagre|sharing)[^/]*)\.js$/.test(response.url())) return
      const { length } = gzipSync(await response.body())
      engine += length
    })
    await page.goto(address)
    await page.getByLabel('Example').selectOption({ label: 'Sharing, and links' })
    await page.locator('.matrix tbody th', { hasText: 'poster' }).waitFor()
    await page.waitForLoadState('networkidle')
    await expect.poll(() => engine).toBeGreaterThan(100_000)
    expect(engine).toBeLessThan(200_000)
    await page.close()
  })

  test('has the answers of the first example before any script runs', async () => {
    const page = await open('', { javaScriptEnabled: false })
    expect(await answer(page, 'ann may delete rocket').count()).toBe(1)
    expect(await answer(page, 'bob may not delete rocket').count()).toBe(1)
    await page.close()
  })
})

describe('trying a policy', () => {
  test('a cell has its reason, and a list with the same rows in SQLite', async () => {
    const page = await open()
    await answer(page, 'bob may not update rocket').click()
    await page.getByText('User 2 may not "update" Project 1').waitFor()
    await page.getByRole('tab', { name: 'PostgreSQL' }).click()
    expect(await page.locator('#form').textContent()).toContain('FROM "Project"')
    await page.getByRole('button', { name: 'Run it in SQLite' }).click()
    await page.getByText('engine, as the checks').waitFor()
    expect(told).toEqual([])
    await page.close()
  })

  test('a change of the policy or of a row changes the answers; a typo has its place', async () => {
    const page = await open()
    await page.locator('.cm-content').waitFor()
    await write(page, organizations.policy.replace('"delete" if "owner"', '"delete" if "admin"'))
    await answer(page, 'bob may delete engine').waitFor()
    await write(page, organizations.policy.replace('membership.organization', 'membership.organisation'))
    await page
      .getByText(/Line 28, unknown-field|Line 28/)
      .first()
      .waitFor()
    await write(page, organizations.policy)
    await answer(page, 'bob may not delete engine').waitFor()
    await page.getByRole('tab', { name: 'Rows' }).click()
    await page.getByLabel('Membership 3, role').fill('owner')
    await page.getByLabel('Membership 3, role').press('Tab')
    await answer(page, 'bob may delete engine').waitFor()
    expect(told).toEqual([])
    await page.close()
  })

  test('a pinned answer fails when the policy changes it', async () => {
    const page = await open()
    await page.locator('.cm-content').waitFor()
    await answer(page, 'bob may not delete engine').click()
    await page.getByRole('button', { name: 'Pin this answer as a test' }).click()
    await page.getByText('✓ bob may not delete engine').waitFor()
    await write(page, organizations.policy.replace('"delete" if "owner"', '"delete" if "admin"'))
    await page.getByText('✗ bob may not delete engine').waitFor()
    await page.close()
  })

  test('the keyboard alone leads from the policy to a reason', async () => {
    const page = await open()
    await page.locator('.cm-content').click()
    for (let at = 0; at < 30 && !(await page.evaluate(() => document.activeElement?.matches('.answer'))); at++)
      await page.keyboard.press('Tab')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByText('User 2 may "read" Organization 1').waitFor()
    await page.close()
  })

  test('completion knows the schema', async () => {
    const page = await open()
    await page.locator('.cm-content').waitFor()
    await write(page, 'allow(user: User, "read", project: Project) if project.org')
    await page.keyboard.press('Control+Space')
    await page.locator('.cm-tooltip-autocomplete').getByText('organizationId').waitFor()
    await page.close()
  })

  test('names have the colours of their meanings, also while the text changes', async () => {
    const page = await open()
    await page.locator('.cm-content').waitFor()
    await write(page, 'allow(user: User, "read", project: Project) if project.name = "x" and other = user;')
    await page.locator('.name-parameter', { hasText: 'project' }).first().waitFor()
    await page.locator('.name-property', { hasText: 'name' }).waitFor()
    await page.locator('.name-variable', { hasText: 'other' }).waitFor()
    await page.close()
  })
})

describe('a link', () => {
  test('opens the world that it was made of, and says that somebody else made it', async () => {
    const world = { ...organizations, title: 'Grüße, 世界', policy: 'allow(_, "read", _: Project);' }
    const page = await open(linkOf(world))
    await answer(page, 'nobody may read rocket').waitFor()
    await page.getByText('This world comes from a link').waitFor()
    await page.getByRole('button', { name: 'Link', exact: true }).click()
    await page.getByText('The link is in the address bar').waitFor()
    const other = await open(new URL(page.url()).hash)
    await answer(other, 'nobody may read rocket').waitFor()
    expect(await other.locator('option').first().textContent()).toBe('Grüße, 世界')
    await page.close()
    await other.close()
  })

  test.each([
    ['damaged', '#w=%%%', 'The link is damaged'],
    ['cut off', `${linkOf(organizations).slice(0, 200)}`, 'The link is damaged'],
    ['too long', `#w=${'A'.repeat(40_000)}`, 'The link is longer than'],
    ['of something else', linkOf({ title: 'x' }), '`schema` must be a text'],
    ['of far too much', linkOf({ title: 'x'.repeat(2_000_000) }), 'The link holds too much'],
  ])('that is %s is refused, and the page stays', async (_, link, message) => {
    const page = await open(link)
    await page.getByText(message).waitFor()
    await answer(page, 'ann may delete rocket').click()
    expect(told).toEqual([])
    await page.close()
  })

  test.each([
    ['a model that is not there', { ...organizations.rows, Nothing: [] }, 'no model Nothing'],
    ['a reference to nothing', { ...organizations.rows, User: [] }, 'refers to a User that does not exist'],
  ])('with %s says so, and the page stays', async (_, rows, message) => {
    const page = await open(linkOf({ ...organizations, rows }))
    await page.getByText(message).waitFor()
    await page.getByRole('button', { name: 'Learn' }).click()
    await answer(page, 'ada may not read plan').waitFor()
    expect(told).toEqual([])
    await page.close()
  })

  test('with markup shows it as text', async () => {
    const evil = '<img src=x onerror="document.title=1">'
    const page = await open(
      linkOf({
        ...organizations,
        title: evil,
        rows: {
          ...organizations.rows,
          User: [
            { id: 1, name: evil },
            { id: 2, name: 'bob' },
          ],
        },
      }),
    )
    await page.locator('.matrix thead th', { hasText: '<img' }).waitFor()
    expect(await page.title()).toBe('Arcturus playground')
    await page.close()
  })

  test('with an exploding policy ends, and says so', async () => {
    const policy = `allow(_, "read", _: Project) if ${'f(x) and '.repeat(1)}x = 1;\n${'f(x) if x in [1, 2, 3, 4, 5, 6, 7, 8, 9] and f(y) and y = x and f(z) and z = y;'}`
    const page = await open(linkOf({ ...organizations, policy }))
    await expect
      .poll(() => page.locator('.answer.bad, .note.bad, .findings li').count(), { timeout: 30_000 })
      .toBeGreaterThan(0)
    await page
      .getByLabel('Example')
      .selectOption({ label: 'Sharing, and links' })
      .catch(() => {})
    await page.close()
  })
})

describe('an application', () => {
  const models = [
    { name: 'User', key: ['id'], fields: [{ kind: 'scalar', name: 'id', type: 'integer', nullable: false }] },
    {
      name: 'Note',
      key: ['id'],
      fields: [
        { kind: 'scalar', name: 'id', type: 'integer', nullable: false },
        { kind: 'relation', name: 'owner', model: 'User', many: false, nullable: false, from: [], to: [] },
      ],
    },
  ]
  const policy = 'allow(user: User, "read", note: Note) if note.owner = user;'
  const rows = [
    ['User', { id: 1 }],
    ['User', { id: 2 }],
    ['Note', { id: 1, owner: [1] }],
    ['Note', { id: 2, owner: [3] }],
  ]
  const worldIn = (url: string) =>
    JSON.parse(String(inflateRawSync(Buffer.from(new URL(url).hash.slice('#w='.length), 'base64url'))))

  test('of the command opens with its rows, of which a link has none by default', async () => {
    const { server: own, address } = await serve(
      JSON.stringify({ title: 'notes', models, policy, rows }),
      pathToFileURL(`${folder}/`),
    )
    const page = await browser.newPage()
    const problems: string[] = []
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()))
    await page.goto(address)
    await answer(page, 'User 1 may read Note 1').click()
    await page.getByText('User 1 may "read" Note 1').waitFor()
    // The owner of the other note is no row of the page.
    expect(await page.getByText('Note 2').count()).toBe(0)
    await page.getByRole('button', { name: 'Link', exact: true }).click()
    await page.getByText('The link is in the address bar').waitFor()
    expect(worldIn(page.url())).toMatchObject({ policy, rows: {} })
    await page.getByRole('button', { name: 'Link with rows' }).click()
    await expect.poll(() => worldIn(page.url()).rows).toHaveProperty('User')
    expect(problems).toEqual([])
    await page.close()
    own.close()
  })
})

describe('learning', () => {
  test('all lessons can be done by their answers', async () => {
    const page = await open()
    await page.getByRole('button', { name: 'Learn' }).click()
    for (let at = 1; at <= 7; at++) {
      await page.getByRole('heading', { name: `${at} of 7` }).waitFor()
      await page.getByRole('button', { name: 'The answer' }).click()
      await page.getByText(/^Done/).waitFor()
      if (at < 7) await page.getByRole('button', { name: 'Next' }).click()
    }
    expect(told).toEqual([])
    await page.close()
  })
})

describe('reviewing', () => {
  // Each change grants something that it should not; no row of the world shows the last ones.
  const holes: readonly (readonly [name: string, changed: string, witness: RegExp])[] = [
    [
      'a role of any organization',
      organizations.policy
        .replace('role: String, organization:', 'role: String, _:')
        .replace(' and\n  membership.organization = organization;', ';'),
      /ann .*bolt/,
    ],
    ['a weaker role', organizations.policy.replace('"delete" if "owner"', '"delete" if "admin"'), /bob delete engine/],
    ['everybody', `${organizations.policy}\nallow(_, "read", _: Project);`, /nobody read rocket/],
    [
      'another relation',
      organizations.policy.replace('project.organization = organization', 'organization.id <= project.id'),
      /ann delete engine/,
    ],
    [
      'a rule that no row of the world reaches',
      `${organizations.policy}\nallow(u: User, _, p: Project) if p.title = "secret" and u.id = 1;`,
      /if Project .* had title = "secret"/,
    ],
  ]

  test.each(holes)('names %s, with a witness', async (_, changed, witness) => {
    expect(changed).not.toBe(organizations.policy)
    const page = await open()
    await page.getByRole('button', { name: 'Review' }).click()
    await page.locator('.cm-content').nth(1).waitFor()
    await write(page, changed, 1)
    await page.locator('.gains li', { hasText: witness }).first().waitFor()
    await page.close()
  })

  test('finds the mutants that no pinned answer notices', async () => {
    const pin = { actor: 'ann', action: 'delete', model: 'Project', row: 'rocket', allowed: true }
    const page = await open(linkOf({ ...organizations, pins: [pin] }))
    await page.getByRole('button', { name: 'Review' }).click()
    await page.getByRole('button', { name: 'Try them' }).click()
    await page.getByText(/^(\d+) of \1 tried, [1-9]\d* unnoticed/).waitFor()
    await page.close()
  })
})

describe.each([
  [390, 'dark'],
  [1280, 'light'],
] as const)('with %i pixels, %s', (width, colorScheme) => {
  test.each(['Learn', 'Try', 'Review'])('the mode %s is accessible, and no wider than the screen', async (mode) => {
    const page = await open('', { viewport: { width, height: 844 }, colorScheme })
    await page.getByRole('button', { name: mode, exact: true }).click()
    await page.locator('.cm-content').first().waitFor()
    if (mode === 'Try') {
      await answer(page, 'bob may not update rocket').click()
      await page.getByText('User 2 may not').waitFor()
    }
    await page.evaluate(axe)
    const found = await page.evaluate(async () => {
      const { violations } = await (
        globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> }
        }
      ).axe.run()
      return violations
        .filter(({ impact }) => ['serious', 'critical'].includes(impact))
        .map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)
    })
    expect(found).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    await page.close()
  })
})
