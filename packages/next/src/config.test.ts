import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { withPolicies } from './config.js'
import policyLoader from './loader.js'

type LoaderOptions = ReturnType<ThisParameterType<typeof policyLoader>['getOptions']>

afterEach(() => vi.unstubAllEnvs())

/** The options that a configuration passes to the loader. */
function optionsOf(config: ReturnType<typeof withPolicies>): LoaderOptions {
  const rule = config.turbopack?.rules?.['*.polar'] as unknown as { loaders: [{ options: LoaderOptions }] }
  const rules: unknown[] = []
  config.webpack!({ module: { rules } }, {} as never)
  expect(rules).toEqual([{ test: /\.polar$/, use: rule.loaders }])
  return rule.loaders[0].options
}

describe('withPolicies', () => {
  it('passes the options of types in development only', () => {
    vi.stubEnv('NODE_ENV', 'development')
    expect(optionsOf(withPolicies({}, { types: { name: 'NotesPolicy' } }))).toEqual({
      root: process.cwd(),
      types: { name: 'NotesPolicy' },
    })
    expect(optionsOf(withPolicies())).toEqual({ root: process.cwd() })
    vi.stubEnv('NODE_ENV', 'production')
    expect(optionsOf(withPolicies({}, { types: true }))).toEqual({ root: process.cwd() })
  })
})

describe('the loader', () => {
  const load = (options: LoaderOptions, text: string): string => policyLoader.call({ getOptions: () => options }, text)

  it('returns a module of the text', () => {
    expect(load({ root: '/' }, 'allow("\u2028");')).toBe('export default "allow(\\"\u2028\\");"')
  })

  it('writes the types of the policy, and again for a change in between', async () => {
    // The command line is a stand-in: the package does not depend on it.
    const root = mkdtempSync(join(import.meta.dirname, '../node_modules/.types-'))
    const cli = join(root, 'node_modules/@arcturus/cli')
    try {
      mkdirSync(join(cli, 'bin'), { recursive: true })
      writeFileSync(join(cli, 'package.json'), '{}')
      writeFileSync(
        join(cli, 'bin/arcturus.mjs'),
        `import { appendFileSync } from 'node:fs'\nappendFileSync('runs', process.argv.slice(2).join(' ') + '\\n')`,
      )
      const options = { root, types: { name: 'NotesPolicy', register: false } }
      for (let run = 0; run < 3; run++) load(options, '')
      const line = 'types --modules --name NotesPolicy --no-register\n'
      const runs = () => {
        try {
          return readFileSync(join(root, 'runs'), 'utf8')
        } catch {
          return ''
        }
      }
      await vi.waitUntil(() => runs() === line + line, { timeout: 30_000 })
      await setTimeout(200)
      expect(runs()).toBe(line + line)
    } finally {
      rmSync(root, { recursive: true, force: true })
    }
  })
})
