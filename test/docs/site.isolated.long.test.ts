import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { codes } from '../../packages/core/src/language/codes.js'
import { examples } from '../../site/playground/examples.js'
import { hasBrowser, openBrowser } from '../e2e/browser.js'
import { modelPages } from './model/blocks.mjs'

const site = fileURLToPath(new URL('../../site/', import.meta.url))
const types: Readonly<Record<string, string>> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const screen = { width: 390, height: 844 }
/** The most screens of a page on a phone; references may have any number. */
const mostScreens = 12
const isReference = (page: string) => page.startsWith('reference/') || ['codes', 'behaviours'].includes(page)

/** What axe reports: the parts that are used here. */
interface Axe {
  run(
    context: string,
    options: object,
  ): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }>
}
declare const window: { axe: Axe }
declare const document: {
  documentElement: Box & { classList: { toggle(name: string, force: boolean): void } }
  querySelector(selector: string): Box | null
  querySelectorAll(selector: string): Iterable<Box>
}
interface Box {
  scrollWidth: number
  clientWidth: number
  scrollHeight: number
}

let dist: string
let server: Server
let browser: Browser
let address: string

beforeAll(async () => {
  if (!hasBrowser) return
  dist = mkdtempSync(join(tmpdir(), 'arcturus-site-'))
  // Not the root of a host, so that an address that does not begin with the base is a dead link.
  const { status, stdout, stderr } = spawnSync('npx', ['vitepress', 'build', '--outDir', dist], {
    cwd: site,
    encoding: 'utf8',
    env: { ...process.env, SITE_BASE: '/docs/' },
  })
  expect(status, stdout + stderr).toBe(0)
  server = createServer(({ url = '' }, response) => {
    const path = decodeURI(url.split('?')[0]!).replace(/^\/docs/, '')
    const file = [path, `${path}.html`, `${path}index.html`]
      .map((one) => join(dist, one))
      .find((one) => extname(one) && existsSync(one))
    if (!url.startsWith('/docs/') || file === undefined) response.writeHead(404).end()
    else response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain' }).end(readFileSync(file))
  }).listen(0)
  address = `http://localhost:${(server.address() as AddressInfo).port}/docs/`
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  server?.close()
  if (dist) rmSync(dist, { recursive: true, force: true })
})

const pagesOf = () =>
  (readdirSync(dist, { recursive: true }) as string[])
    .filter((file) => file.endsWith('.html') && file !== '404.html')
    .map((file) => file.replace(/(^|\/)index\.html$/, '$1').replace(/\.html$/, ''))

/** What axe finds in a part of a page, of an impact that keeps people from reading, in the light and in the dark. */
const violationsOf = (page: Page, part: string) =>
  page.evaluate(async (context) => {
    const found: string[] = []
    for (const scheme of ['light', 'dark']) {
      document.documentElement.classList.toggle('dark', scheme === 'dark')
      // Only colours differ in the dark.
      const { violations } = await window.axe.run(context, {
        resultTypes: ['violations'],
        ...(scheme === 'dark' && { runOnly: ['color-contrast'] }),
      })
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
      found.push(...serious.map(({ id, nodes }) => `${scheme}, ${id}: ${nodes[0]?.html.slice(0, 120)}`))
    }
    return found
  }, part)

describe.skipIf(!hasBrowser)('the site', () => {
  test('has no page that scrolls sideways, is too long for a phone, or is hard to read', async () => {
    const wide: string[] = []
    const long: string[] = []
    const inaccessible: string[] = []
    const page = await browser.newPage({ viewport: screen })
    for (const name of pagesOf()) {
      await page.goto(address + name)
      await page.addScriptTag({ content: axe.source })
      // Colours are measured at once, not on their way to others.
      await page.addStyleTag({ content: '*, *::before, *::after { transition: none !important }' })
      // What is around the text is the same on each page.
      inaccessible.push(...(await violationsOf(page, name === '' ? 'html' : '.vp-doc')).map((one) => `${name}: ${one}`))
      const [tables, width, height] = await page.evaluate(() => {
        const boxes = [...document.querySelectorAll('.vp-doc table')]
        const { scrollWidth } = document.documentElement
        return [
          boxes.filter((box) => box.scrollWidth > box.clientWidth).length,
          scrollWidth,
          document.querySelector('.vp-doc')!.scrollHeight,
        ] as const
      })
      if (tables > 0 || width > screen.width) wide.push(`${name}: ${tables} tables, ${width} px`)
      if (!isReference(name) && height > mostScreens * screen.height)
        long.push(`${name}: ${(height / screen.height).toFixed(1)}`)
    }
    await page.close()
    expect({ wide, long, inaccessible }).toEqual({ wide: [], long: [], inaccessible: [] })
  }, 1_800_000)

  test('has a search that finds the fix of each code', async () => {
    const page = await browser.newPage({ viewport: screen })
    await page.goto(address, { waitUntil: 'networkidle' })
    const opened = async () => {
      await page.keyboard.press('/')
      return await page.locator('#localsearch-input').isVisible()
    }
    // A key that comes before the page has its script opens nothing.
    await expect.poll(opened, { timeout: 60_000, interval: 500 }).toBe(true)
    const lost: string[] = []
    for (const code of Object.keys(codes)) {
      await page.fill('#localsearch-input', code)
      // A wrong result that comes first stays: the right one is awaited.
      const fix = page.locator(`li:nth-child(-n + 3) > .result[href$="/codes.html#${code}"]`)
      await fix
        .first()
        .waitFor({ timeout: 5_000 })
        .catch(() => lost.push(code))
    }
    await page.close()
    expect(lost).toEqual([])
  }, 300_000)

  test('has the playground on the page of each pattern, with its tables and policy', async () => {
    const worlds = Object.keys(await examples())
    for (const page of modelPages()) {
      expect(worlds).toContain(page)
      expect(readFileSync(join(dist, `model/${page}.html`), 'utf8')).toContain(
        `playground/index.html#example=${page}"></iframe>`,
      )
    }
  })

  test('weighs at most 150 kB at first, without fonts', async () => {
    const page = await browser.newPage({ viewport: screen })
    const sizes: Promise<number>[] = []
    page.on('response', (response) => {
      if (!/\.woff2?$/.test(response.url()) && response.ok())
        sizes.push(response.body().then((body) => gzipSync(body).length))
    })
    await page.goto(address, { waitUntil: 'networkidle' })
    const total = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0)
    await page.close()
    expect(total / 1000).toBeLessThan(150)
  })
})
