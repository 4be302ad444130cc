import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import * as core from '@arcturus/core'
import type { Browser } from 'playwright-core'
import { rolldown } from 'rolldown'
import { afterAll, describe, expect, it } from 'vitest'
import { isFiltering, readCases } from '../conformance/lib/judge.mjs'
import { checksInMemory } from '../conformance/lib/memory.mjs'
import { hasBrowser, openBrowser } from '../e2e/browser.js'

// The built packages, as Node.js and bundlers resolve them; Vitest would take the sources.
const here = fileURLToPath(new URL('.', import.meta.url))

/** Runs a program, and returns what it prints as JSON. */
function run(type: 'commonjs' | 'module', program: string): unknown {
  const output = execFileSync(process.execPath, [`--input-type=${type}`, '--eval', program], { cwd: here })
  return JSON.parse(String(output))
}

const program = `
  class User { constructor(id) { this.id = id } }
  const prepared = ({ Authorizer }) => new Authorizer().registerClass(User, { fields: { id: 'integer' } })
  const policy = 'allow(user: User, action, other: User) if action in ["read", "update"] and user.id = other.id;'
  const [ann, bob] = [new User(1), new User(2)]
  function refused(call) {
    try { call() } catch (error) { return [error.code, error.hint.includes("import '@arcturus/core/sync'")] }
  }
`

describe.each([
  ['required', 'commonjs', (name: string) => `require('@arcturus/core${name}')`],
  ['imported', 'module', (name: string) => `(await import('@arcturus/core${name}'))`],
] as const)('the built main entry, %s,', (_, type, get) => {
  it('answers by all methods once a policy is loaded', () => {
    const main = `${program}
      async function main() {
        const authorizer = prepared(${get('')})
        await authorizer.load(policy)
        const filter = authorizer.filter(ann, 'read', 'User')
        const denied = await authorizer.authorizeChange(ann, 'update', bob, { id: 3 }).catch((error) => error)
        console.log(JSON.stringify([authorizer.can(ann, 'read', bob), filter.matches(ann), filter.matches(bob),
          authorizer.withPolicy('allow(_: User, _, _: User);').can(ann, 'read', bob), authorizer.check().length, denied.status]))
      }
      main()`
    expect(run(type, main)).toEqual([false, true, false, true, 0, 404])
  })

  it('loads synchronously only with the entry for that, also after a load', () => {
    const main = `${program}
      async function main() {
        const before = prepared(${get('')})
        const refusals = [refused(() => before.loadSync(policy)), refused(() => before.filter(ann, 'read', 'User'))?.[0]]
        await before.load(policy)
        refusals.push(refused(() => before.loadSync(policy)))
        void ${get('/sync')}
        const authorizer = prepared(${get('')})
        authorizer.loadSync(policy)
        console.log(JSON.stringify([...refusals, authorizer.can(ann, 'read', ann)]))
      }
      main()`
    expect(run(type, main)).toEqual([['not-imported', true], 'no-policy', ['not-imported', true], true])
  })
})

it('the entry for synchronous loads serves the other copy of the package, too', () => {
  const main = `${program}
    import { createRequire } from 'node:module'
    import * as imported from '@arcturus/core'
    const require = createRequire(import.meta.url)
    const required = require('@arcturus/core')
    require('@arcturus/core/sync')
    const answers = [imported, required].map((copy) => {
      const authorizer = prepared(copy)
      authorizer.loadSync(policy)
      const filter = authorizer.filter(ann, 'read', 'User')
      const invalid = refusedBy(() => authorizer.loadSync('allow('))
      return [...[ann, bob].map((user) => authorizer.can(ann, 'read', user) && filter.matches(user)), invalid instanceof copy.PolicyError]
    })
    function refusedBy(call) { try { call() } catch (error) { return error } }
    console.log(JSON.stringify(answers))`
  expect(run('module', main)).toEqual([
    [true, false, true],
    [true, false, true],
  ])
})

it.each([
  ['required', 'commonjs', `require('@arcturus/core')`],
  ['imported', 'module', `(await import('@arcturus/core'))`],
] as const)('loads and decides where Object.prototype is frozen, %s', (_, type, get) => {
  const main = `${program}
    Object.freeze(Object.prototype)
    async function main() {
      const authorizer = prepared(${get})
      await authorizer.load(policy)
      console.log(JSON.stringify([authorizer.can(ann, 'read', ann), authorizer.filter(ann, 'read', 'User').matches(bob)]))
    }
    main()`
  expect(run(type, main)).toEqual([true, false])
})

it('a new authorizer imports neither the parser nor filters', () => {
  const list = `
    const { Authorizer } = require('@arcturus/core')
    new Authorizer()
    console.log(JSON.stringify(Object.keys(require.cache).map((file) => file.split(/[\\\\/]/).at(-1).split(/[-.]/)[0])))
  `
  expect(['index', 'start', 'values', 'parts', 'authorizer']).toEqual(
    expect.arrayContaining(run('commonjs', list) as string[]),
  )
})

it.each(['express', 'fastify', 'hono', 'koa', 'next', 'trpc'])(
  '@arcturus/%s imports neither the parser nor filters',
  (name) => {
    const list = `
    require('@arcturus/${name}')
    const files = Object.keys(require.cache).filter((file) => file.includes('/core/dist/'))
    console.log(JSON.stringify(files.map((file) => file.split('/').at(-1).split(/[-.]/)[0])))
  `
    expect(['web', 'start', 'values', 'parts']).toEqual(expect.arrayContaining(run('commonjs', list) as string[]))
  },
)

describe.skipIf(!hasBrowser)('a bundle of the main entry, in a browser', () => {
  let browser: Browser | undefined
  afterAll(() => browser?.close())

  it('gives the answers and errors of Node.js for all cases of the conformance suite', async () => {
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
              ? `import * as core from '@arcturus/core'
                import '@arcturus/core/sync'
                import { checksInMemory } from '../conformance/lib/memory.mjs'
                export async function run(cases) {
                  const answers = []
                  for (const one of cases) answers.push(await checksInMemory(one, core, new core.Authorizer()))
                  return answers
                }`
              : undefined,
        },
      ],
    })
    // The names of classes identify models, so a bundle must keep them.
    const { output } = await bundle.generate({
      format: 'iife',
      name: 'conformance',
      keepNames: true,
      minify: true,
      codeSplitting: false,
    })
    await bundle.close()
    browser = await openBrowser()
    const page = await browser.newPage()
    await page.addScriptTag({ content: output[0].code })
    const answers = (await page.evaluate(`conformance.run(${JSON.stringify(cases)})`)) as (boolean | string)[][]
    for (const [at, one] of cases.entries()) {
      const wanted = await checksInMemory(one, core, new core.Authorizer({ evaluator: 'source' }))
      expect(answers[at], one.id).toEqual(wanted)
    }
    expect(answers.flat()).toContain(true)
  })
})
