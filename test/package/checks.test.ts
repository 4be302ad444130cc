import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as core from '@arcturus/core'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, describe, expect, it } from 'vitest'
import { isFiltering, readCases } from '../conformance/lib/judge.mjs'
import { checksInMemory } from '../conformance/lib/memory.mjs'
import { hasBrowser, openBrowser } from '../e2e/browser.js'

// The built package, as Node.js and bundlers resolve it; Vitest would take the sources.
const here = fileURLToPath(new URL('.', import.meta.url))

describe('the built entry for checks', () => {
  const program = `
    function main({ CheckAuthorizer }, { ForbiddenError }, errors) {
      class User { constructor(id) { this.id = id } }
      const authorizer = new CheckAuthorizer().registerClass(User, { name: 'User' })
      authorizer.loadSync('allow(user: User, "read", other: User) if user.id = other.id;')
      const answers = [1, 2].map((id) => authorizer.can(new User(1), 'read', new User(id)))
      console.log(JSON.stringify([...answers, ForbiddenError === errors.ForbiddenError]))
    }
  `
  it.each([
    [
      'required',
      'commonjs',
      `${program} const it = require('@arcturus/core/checks'); main(it, it, require('@arcturus/core'))`,
    ],
    [
      'imported',
      'module',
      `import * as it from '@arcturus/core/checks'; import * as main_ from '@arcturus/core'; ${program} main(it, it, main_)`,
    ],
  ])('works when it is %s, and shares its errors with the main entry', (_, type, source) => {
    const output = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', source], { cwd: here })
    expect(JSON.parse(String(output))).toEqual([true, false, true])
  })
})

describe.skipIf(!hasBrowser)('a bundle of the entry for checks, in a browser', () => {
  let browser: Browser | undefined
  afterAll(() => browser?.close())

  it('gives the answers and errors of Authorizer for all cases of the conformance suite', async () => {
    const cases = readCases(fileURLToPath(new URL('../conformance/filtering.jsonl', import.meta.url))).filter(
      isFiltering,
    )
    const entry = 'conformance-in-a-browser'
    const bundle = await rolldown({
      input: entry,
      cwd: here,
      platform: 'browser',
      logLevel: 'silent',
      plugins: [
        {
          name: entry,
          resolveId: (id) => (id === entry ? `${here}${entry}.mjs` : undefined),
          load: (id) =>
            id === `${here}${entry}.mjs`
              ? `import * as checks from '@arcturus/core/checks'
                import { checksInMemory } from '../conformance/lib/memory.mjs'
                export async function run(cases) {
                  const answers = []
                  for (const one of cases) answers.push(await checksInMemory(one, checks, new checks.CheckAuthorizer()))
                  return answers
                }`
              : undefined,
        },
      ],
    })
    // The names of classes identify models, so a bundle must keep them.
    const { output } = await bundle.generate({ format: 'iife', name: 'conformance', keepNames: true, minify: true })
    await bundle.close()
    browser = await openBrowser()
    const page = await browser.newPage()
    await page.addScriptTag({ content: output[0].code })
    const run = `conformance.run(${JSON.stringify(cases)})`
    const answers = (await page.evaluate(run)) as (boolean | string)[][]
    for (const [at, one] of cases.entries()) {
      const wanted = await checksInMemory(one, core, new core.Authorizer({ evaluator: 'source' }))
      expect(answers[at], one.id).toEqual(wanted)
    }
    expect(answers.flat()).toContain(true)
  })
})
