// `pnpm --filter @arcturus/playground bench`: how fast the built page answers, in Chromium: p95 over all examples, the start
// on a slow phone, and memory over 500 edits (Chromium itself keeps a thousand steps of its undo).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' }
const folder = mkdtempSync(join(tmpdir(), 'arcturus-playground-'))
await build({
  configFile: fileURLToPath(new URL('./vite.config.ts', import.meta.url)),
  logLevel: 'error',
  build: { outDir: folder, emptyOutDir: true },
})
const server = createServer(({ url = '/' }, response) => {
  const path = url === '/' ? '/index.html' : url
  response.writeHead(200, { 'content-type': types[extname(path)] ?? 'text/plain' })
  response.end(readFileSync(join(folder, path)))
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const address = `http://127.0.0.1:${server.address().port}/`
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })

/** Milliseconds until an expression is true in the page, from the last input on. */
const since = (page, condition) =>
  page.evaluate(
    `new Promise((resolve) => { const look = () => (${condition}) ? resolve(performance.now() - window.began) : requestAnimationFrame(look); look() })`,
  )
const p95 = (all) => [...all].sort((a, b) => a - b)[Math.ceil(all.length * 0.95) - 1]

const times = { squiggle: [], answers: [], reason: [], list: [], review: [] }
const page = await browser.newPage()
await page.goto(address)
await page.evaluate(
  `for (const type of ['keydown', 'click']) addEventListener(type, () => { window.began = performance.now() }, true)`,
)
const editor = page.locator('.cm-content').first()
await editor.waitFor()
const titles = await page.locator('option[value]:not([value=""])').allTextContents()
for (const title of titles.map((one) => one.trim())) {
  await page.getByLabel('Example').selectOption({ label: title })
  await page.waitForFunction((title) => document.querySelector('option').textContent.trim() === title, title)
  await page.locator('.scroll:not(.stale) .matrix').waitFor()
  await editor.click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.waitForTimeout(500)
  for (let round = 0; round < 3; round++) {
    await page.keyboard.press('x')
    times.squiggle.push(await since(page, `document.querySelector('.cm-lintRange, .cm-lintPoint')`))
    await page.waitForTimeout(300)
    await page.keyboard.press('Backspace')
    times.answers.push(
      await since(page, `!document.querySelector('.cm-lintRange, .cm-lintPoint') && !document.querySelector('.stale')`),
    )
    await page.waitForTimeout(300)
  }
  const cells = page.locator('.matrix .answer')
  for (let at = 0; at < Math.min(3, await cells.count()); at++) {
    await cells.nth(at).click()
    times.reason.push(await since(page, `(document.querySelector('.reason')?.textContent ?? '…') !== '…'`))
    times.list.push(await since(page, `document.querySelector('#form')?.textContent`))
  }
  await page.getByRole('button', { name: 'Review' }).click()
  await page.locator('.review .cm-content').nth(1).click()
  await page.keyboard.press('ControlOrMeta+End')
  await page.keyboard.insertText('\nallow(_, "read", _) if 1 = 1')
  await page.getByText('A policy does not load').waitFor()
  await page.keyboard.press(';')
  times.review.push(
    await since(page, `/\\d change|No answer/.test(document.querySelector('#changes ~ p')?.textContent)`),
  )
  await page.getByRole('button', { name: 'Try', exact: true }).click()
}
for (const [name, all] of Object.entries(times)) console.log(`${name}: p95 ${Math.round(p95(all))} ms of ${all.length}`)

const cdp = await page.context().newCDPSession(page)
await page.goto(address)
const heap = async () => {
  await cdp.send('HeapProfiler.collectGarbage')
  return (await cdp.send('Runtime.getHeapUsage')).usedSize / 1e6
}
await editor.click()
const used = []
for (let edit = 0; edit < 500; edit++) {
  await page.keyboard.press(edit % 2 === 0 ? 'Space' : 'Backspace')
  await page.waitForTimeout(60)
  if (edit % 100 === 99) used.push(await heap())
}
console.log(`memory after each 100 edits: ${used.map((one) => one.toFixed(1)).join(', ')} MB`)
await page.close()

const phone = await browser.newPage({ viewport: { width: 390, height: 844 } })
const slow = await phone.context().newCDPSession(phone)
await slow.send('Network.enable')
await slow.send('Network.emulateNetworkConditions', {
  offline: false,
  latency: 150,
  downloadThroughput: (1.6e6 / 8) * 0.9,
  uploadThroughput: (750e3 / 8) * 0.9,
})
await slow.send('Emulation.setCPUThrottlingRate', { rate: 4 })
await phone.goto(address, { waitUntil: 'commit' })
await phone.waitForFunction(() => document.querySelector('.matrix .answer') !== null)
const shown = await phone.evaluate(() => performance.now())
// A button that does nothing before the page is there.
await phone.waitForFunction(() => {
  const rows = [...document.querySelectorAll('[role=tab]')].find((one) => one.textContent === 'Rows')
  rows?.click()
  return rows?.getAttribute('aria-selected') === 'true'
})
const usable = await phone.evaluate(() => performance.now())
console.log(`a slow phone: answers after ${Math.round(shown)} ms, interactive after ${Math.round(usable)} ms`)

await browser.close()
server.close()
rmSync(folder, { recursive: true, force: true })
