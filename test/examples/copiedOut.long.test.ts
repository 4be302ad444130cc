import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packAll } from '../../scripts/pack.mjs'
import { exampleFolder, runScript, startApplication } from '../e2e/application.js'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Record<string, string>
  readonly devDependencies?: Record<string, string>
  overrides?: Record<string, string>
}

const root = fileURLToPath(new URL('../../', import.meta.url))
const manifestOf = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
const examples = readdirSync(join(root, 'examples')).filter((name) =>
  existsSync(join(exampleFolder(name), 'package.json')),
)

describe('an example that is copied out of the repository', () => {
  const outside = mkdtempSync(join(tmpdir(), 'copied-out-'))
  afterAll(() => rmSync(outside, { recursive: true, force: true }))

  /** By the name of a package, its tarball. */
  let packed: ReadonlyMap<string, string>
  beforeAll(() => {
    packed = packAll(join(outside, 'packed'))
  })

  it.each(examples)('%s installs, type checks, builds, passes its tests and starts', async (example) => {
    const folder = join(outside, example)
    copy(exampleFolder(example), folder)
    const manifest = manifestOf(folder)
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      if (!version.startsWith('workspace:')) continue
      const of = manifest.dependencies?.[name] ? manifest.dependencies : manifest.devDependencies!
      of[name] = `file:${packed.get(name)}`
    }
    // The packages depend on each other, and none of them is in the registry.
    const isDirect = (name: string) => name in { ...manifest.dependencies, ...manifest.devDependencies }
    const others = [...packed].filter(([name]) => !isDirect(name))
    manifest.overrides = Object.fromEntries(others.map(([name, file]) => [name, `file:${file}`]))
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))

    await runScript(folder, ['install', '--no-audit', '--no-fund', '--prefer-offline'])
    await runScript(folder, ['run', 'setup'])
    await runScript(folder, ['run', 'typecheck'])
    await runScript(folder, ['run', 'build', '--if-present'])
    await runScript(folder, ['test'])
    const application = await startApplication(folder)
    try {
      const answer = await fetch(application.url)
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('<html')
    } finally {
      await application.stop()
    }
  })
})

/** What is kept in the repository of it: not what was installed, generated or built there, nor anybody's database. */
function copy(from: string, to: string): void {
  const ignored = readFileSync(join(from, '.gitignore'), 'utf8').split('\n').filter(Boolean)
  const names = new Set(ignored.map((line) => basename(line)))
  const endings = ignored.filter((line) => line.startsWith('*')).map((line) => line.slice(1))
  const isKept = (path: string) => !names.has(basename(path)) && !endings.some((ending) => path.endsWith(ending))
  cpSync(from, to, { recursive: true, filter: isKept })
}
