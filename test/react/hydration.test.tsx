import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { compilePolicy } from '@arcturus/compile'
import { Authorizer } from '@arcturus/core'
import { as } from '@arcturus/core/runtime'
import type { Browser } from 'playwright-core'
import { renderToString } from 'react-dom/server'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasBrowser, openBrowser, visit } from '../e2e/browser.js'
import { App, type State } from './App.js'

const authorizer = new Authorizer().registerModels([
  { name: 'User', key: ['id'], fields: { id: 'integer' } },
  { name: 'Ticket', key: ['id'], fields: { id: 'integer', ownerId: 'integer' } },
])
authorizer.loadSync(`
  allow(_: User, "read", _: Ticket);
  allow(user: User, "close", ticket: Ticket) if ticket.ownerId = user.id;
`)

const state: State = {
  userId: 1,
  tickets: [
    { id: 1, ownerId: 1, actions: ['read', 'close'] },
    { id: 2, ownerId: 2, actions: ['read'] },
    { id: 3, ownerId: 1, actions: ['read'] },
  ],
}

describe.runIf(hasBrowser)('React in a browser', () => {
  let server: Server
  let browser: Browser
  let url: string
  const folder = mkdtempSync(join(tmpdir(), 'arcturus-react-'))

  beforeAll(async () => {
    const policy = join(folder, 'policy.js')
    writeFileSync(policy, compilePolicy(authorizer).code)
    const bundle = await rolldown({
      input: fileURLToPath(new URL('./browser.tsx', import.meta.url)),
      platform: 'browser',
      logLevel: 'silent',
      transform: { define: { 'process.env.NODE_ENV': '"development"' } },
      plugins: [
        {
          name: 'compiled-policy',
          resolveId: (id) => (id === './policy.js' ? policy : undefined),
        },
      ],
      resolve: {
        alias: {
          '@arcturus/core/internal/runtime': fileURLToPath(
            new URL('../../packages/core/src/internal/runtime.ts', import.meta.url),
          ),
        },
      },
    })
    const { output } = await bundle.generate({ format: 'esm' })
    await bundle.close()
    const { createAuthorizer } = await import(pathToFileURL(policy).href)
    const html = renderToString(<App policy={createAuthorizer()} state={state} wrap={as} />)
    const page = `<!doctype html><meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">
<div id="root">${html}</div><script type="application/json" id="state">${JSON.stringify(state)}</script>
<script>
  window.shown = []
  new MutationObserver(() => window.shown.push(document.getElementById('root').textContent))
    .observe(document.getElementById('root'), { childList: true, subtree: true, characterData: true })
</script>
<script type="module" src="/app.js"></script>`
    server = createServer((request, response) => {
      const isScript = request.url === '/app.js'
      response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html')
      response.end(isScript ? output[0].code : page)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    server?.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('hydrates what the server rendered, without a flash and without a warning', async () => {
    const { page, problems, close } = await visit(browser, 'react', url, 'phone')
    await page.goto('/')
    await page.waitForFunction('document.querySelector("output").textContent === "hydrated"')
    expect(await page.textContent('#ticket-1')).toBe('Ticket 1close')
    expect(await page.textContent('#ticket-2')).toBe('Ticket 2not yours')
    // The policy in the browser allows it, and the server does not.
    expect(await page.isDisabled('#ticket-3 button')).toBe(true)
    // Every state of the page had the same offers.
    const states = (await page.evaluate('window.shown')) as string[]
    for (const text of states) expect(text.replace('sent', 'hydrated')).toBe(states.at(-1))
    await page.click('#ticket-1 button')
    await page.waitForFunction('document.querySelector("#ticket-1 button").textContent === "closed"')
    expect(problems).toEqual([])
    await close()
  })

  it('offers the same without scripts', async () => {
    const text = await (await fetch(url)).text()
    expect(text).toContain('not yours')
    expect(text.match(/<button/g)).toHaveLength(2)
  })
})
