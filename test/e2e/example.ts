import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import { noteDatabase } from '../databases.js'
import { exampleFolder, type RunningApplication, startApplication } from './application.js'
import { openBrowser, type Size, type Visit, visit } from './browser.js'

/** An example and a browser that run while the tests of a suite do. */
export interface Example {
  /** The address of the application. */
  readonly url: string
  /** Opens a page of a fresh visitor. */
  visit(size?: Size): Promise<Visit>
}

/**
 * Starts an example with a database of its own before the tests of a suite, and ends it after them.
 * @param name - The name of its folder in `examples`.
 */
export function runExample(name: string): Example {
  const folder = mkdtempSync(join(tmpdir(), `${name}-e2e-`))
  let application: RunningApplication | undefined
  let browser: Browser | undefined
  beforeAll(async () => {
    // A build of Next may contain packages that have changed since.
    rmSync(join(exampleFolder(name), '.next'), { recursive: true, force: true })
    application = await startApplication(name, { DATABASE_URL: `file:${join(folder, 'example.db')}` })
    noteDatabase('SQLite (libsql)')
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await application?.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    get url() {
      return application!.url
    },
    visit: (size = 'desktop') => visit(browser!, name, application!.url, size),
  }
}
