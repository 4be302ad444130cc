import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packAll } from '../../scripts/pack.mjs'

const require = createRequire(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'arcturus-resolvers-'))
const installed = (name: string) => join(folder, 'node_modules', name)

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, unknown>>
}

/** Every entry of every package, as an application imports it: `@arcturus/oso`. */
const entries: string[] = []

beforeAll(() => {
  for (const [name, tarball] of packAll(join(folder, 'tarballs'))) {
    mkdirSync(installed(name), { recursive: true })
    const { status } = spawnSync('tar', ['-xzf', tarball, '-C', installed(name), '--strip-components=1'])
    expect(status).toBe(0)
    const { exports }: Manifest = JSON.parse(readFileSync(join(installed(name), 'package.json'), 'utf8'))
    for (const entry of Object.keys(exports)) if (!entry.endsWith('.json')) entries.push(join(name, entry))
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Entries that load in plain Node.js, without Next.js, Prisma or TypeORM. */
const plain = () =>
  entries.filter((entry) => /^@arcturus\/(core|explain|oso|sql|compile|express|koa|testing)/.test(entry))

describe('the tarballs', () => {
  it('resolve every entry with `moduleResolution: node` of TypeScript 5', () => {
    const imports = plain().map((entry, at) => `import * as entry${at} from '${entry}'; void entry${at}`)
    const use = `import { Oso } from '@arcturus/oso'\nconst allowed: Promise<boolean> = new Oso().isAllowed('ann', 'read', 'plan')\nvoid allowed`
    writeFileSync(join(folder, 'imports.ts'), [...imports, use].join('\n'))
    const compilerOptions = {
      module: 'commonjs',
      moduleResolution: 'node',
      target: 'es2022',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['imports.ts'] }))
    const compiler = join(dirname(require.resolve('typescript-5/package.json')), 'bin/tsc')
    const { stdout } = spawnSync(process.execPath, [compiler, '-p', folder], { encoding: 'utf8' })
    expect(stdout.split('\n').filter((line) => /@arcturus|imports\.ts/.test(line))).toEqual([])
  })

  it('are required by Jest 27', () => {
    const program = [
      ...plain().map((entry) => `test('${entry} loads', () => { expect(typeof require('${entry}')).toBe('object') })`),
      `test('the drop-in answers', async () => {
        const { Oso } = require('@arcturus/oso')
        const oso = new Oso()
        await oso.loadStr('allow("ann", "read", "plan");')
        expect(await oso.isAllowed('ann', 'read', 'plan')).toBe(true)
      })`,
      // Jest's realms have an `Error` that those of Node.js do not extend.
      `test('the drop-in misses a file', async () => {
        const { Oso, PolarFileNotFoundError } = require('@arcturus/oso')
        await expect(new Oso().loadFiles(['nowhere.polar'])).rejects.toBeInstanceOf(PolarFileNotFoundError)
      })`,
    ]
    writeFileSync(join(folder, 'entries.test.js'), program.join('\n'))
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ name: 'application', jest: { testEnvironment: 'node' } }),
    )
    const jest = join(dirname(require.resolve('jest-27/package.json')), 'bin/jest.js')
    const { status, stderr } = spawnSync(process.execPath, [jest, '--rootDir', folder, '--runInBand', '--no-cache'], {
      encoding: 'utf8',
      cwd: folder,
    })
    expect(status, stderr).toBe(0)
    expect(stderr).toContain(`${plain().length + 2} passed`)
  })

  it('hold every page that their READMEs link to', () => {
    const names = readdirSync(installed('@arcturus'))
    for (const name of names) {
      const pages = [installed(`@arcturus/${name}/README.md`)]
      for (const page of pages) {
        for (const [, link] of readFileSync(page, 'utf8').matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)) {
          if (/^\w+:/.test(link!)) continue
          const target = join(dirname(page), link!)
          expect(existsSync(target), `${page} links to ${link}`).toBe(true)
          if (target.endsWith('.md') && !pages.includes(target)) pages.push(target)
        }
      }
    }
    expect(names.length).toBeGreaterThan(5)
  })

  it('hold the templates of `arcturus init`', () => {
    const templates = readdirSync(new URL('../../packages/cli/templates', import.meta.url))
    expect(readdirSync(installed('@arcturus/cli/templates'))).toEqual(templates)
  })

  it('hold no source maps', () => {
    const files = readdirSync(installed('@arcturus'), { recursive: true }).map(String)
    expect(files.filter((file) => file.endsWith('.map'))).toEqual([])
  })
})
