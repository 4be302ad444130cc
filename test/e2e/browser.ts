import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

const places = [
  process.env['CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]
const executable = places.find((place) => place !== undefined && existsSync(place))

/** Whether tests in a browser can run. Where `CI` is set they have to, so that a missing browser is a failure there. */
export const hasBrowser: boolean = executable !== undefined || Boolean(process.env['CI'])

const sizes = { desktop: { width: 1280, height: 860 }, phone: { width: 390, height: 844 } } as const
export type Size = keyof typeof sizes

/** Starts the Chromium or Chrome of this machine; `CHROMIUM` says where another one is. */
export async function openBrowser(): Promise<Browser> {
  if (executable === undefined)
    throw new Error('No Chromium here. Install it, or say where it is: CHROMIUM=/path/to/it')
  return chromium.launch({
    executablePath: executable,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/** A page of a fresh visitor: no cookies, nothing stored. */
export interface Visit {
  readonly page: Page
  /**
   * What went wrong so far: errors on the console or thrown by scripts, requests that failed, answers of 400 and more
   * (`403 PUT /api/repositories/1`), pages wider than the window. Tests of what goes well expect an empty list.
   */
  readonly problems: readonly string[]
  /**
   * Looks whether the page is wider than the window, and keeps a picture of the whole page in `test/e2e/screenshots`, under the
   * application's name and the size. CI, where nobody looks at pictures, keeps none.
   */
  picture(name: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a page of an application.
 *
 * @param application - Name of the folder for its pictures.
 * @param url - Where the application answers.
 */
export async function visit(browser: Browser, application: string, url: string, size: Size): Promise<Visit> {
  const context = await browser.newContext({ viewport: sizes[size], baseURL: url, hasTouch: size === 'phone' })
  // A busy machine takes long; only a page that never gets there fails.
  context.setDefaultTimeout(300_000)
  const page = await context.newPage()
  const problems: string[] = []
  page.on('pageerror', (error) => problems.push(`thrown: ${error.message}`))
  page.on('console', (message) => {
    // Answers of 400 and more are listed by themselves.
    const isAnswer = message.text().startsWith('Failed to load resource: the server responded')
    if (message.type() === 'error' && !isAnswer) problems.push(`console: ${message.text()}`)
  })
  page.on('requestfailed', (request) => {
    // What a page stopped waiting for because it went elsewhere is no failure.
    const reason = request.failure()?.errorText
    if (reason !== 'net::ERR_ABORTED') problems.push(`${reason} ${request.method()} ${pathOf(request.url())}`)
  })
  page.on('response', (response) => {
    if (response.status() < 400) return
    problems.push(`${response.status()} ${response.request().method()} ${pathOf(response.url())}`)
  })
  return {
    page,
    problems,
    async picture(name) {
      const [content, window] = (await page.evaluate(
        '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
      )) as [number, number]
      if (content > window) problems.push(`${name} is ${content} pixels wide in a window of ${window}`)
      if (process.env['CI']) return
      const file = new URL(`./screenshots/${application}/${name}-${size}.png`, import.meta.url)
      await page.screenshot({ path: fileURLToPath(file), fullPage: true, animations: 'disabled' })
    },
    close: () => context.close(),
  }
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url)
  return pathname + search
}
