// `npm run check`: everything that can be told without running the tests. Every step runs, whatever the others said.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bundleForBrowser } from './browserBundle.mjs'
import { packAll } from './pack.mjs'
import { assertNodeVersion, install, pnpm, root } from './pnpm.mjs'
import { typecheck, typedFolders } from './typecheck.mjs'

/** What core was to weigh in a browser, parser, machine and all, minified and gzipped; and what it must not outgrow. */
const coreGoal = 30_000
const coreCeiling = 106_000

const run = (...args) => pnpm(args) === 0
/** All of them, so that one run tells about every package. */
const everyOne = (items, holds) => items.map((item) => holds(item)).every(Boolean)

function grammarIsCurrent() {
  const file = `${root}packages/core/src/language/grammar.ts`
  const kept = readFileSync(file, 'utf8')
  const generated = run('--filter', '@arcturus/core', '--silent', 'run', 'generate')
    ? readFileSync(file, 'utf8')
    : undefined
  writeFileSync(file, kept)
  if (generated === kept) return true
  console.error('grammar.ts is not what grammar.ne gives: run `pnpm --filter @arcturus/core generate`.')
  return false
}

async function coreHasNotGrown() {
  const { bytes, outside } = await bundleForBrowser(`${root}packages/core/dist/index.mjs`)
  console.log(
    `core for the browser: ${(bytes / 1000).toFixed(1)} kB minified and gzipped; the ceiling is ${coreCeiling / 1000} kB, the goal of ${coreGoal / 1000} kB is not reached`,
  )
  if (outside.length > 0) console.error(`It imports what a browser has not: ${outside.join(', ')}`)
  return bytes <= coreCeiling && outside.length === 0
}

const steps = {
  'Format and lint': () => run('exec', 'biome', 'ci', '--error-on-warnings', '.'),
  'Grammar is current': grammarIsCurrent,
  Build: () => run('--recursive', '--filter', './packages/*', 'run', 'build'),
  Generate: () => run('--recursive', '--filter', '!@arcturus/core', '--if-present', 'run', 'generate'),
  Types: () => everyOne(typedFolders, typecheck),
  'Unused code and dependencies': () => run('exec', 'knip'),
  'Published packages': () => {
    const tarballs = mkdtempSync(join(tmpdir(), 'arcturus-check-'))
    try {
      return everyOne([...packAll(tarballs).values()], (file) =>
        everyOne(
          [
            ['publint', 'run', '--strict', file],
            ['attw', file],
          ],
          (command) => run('exec', ...command),
        ),
      )
    } finally {
      rmSync(tarballs, { recursive: true, force: true })
    }
  },
  'Size in the browser': coreHasNotGrown,
  'Examples in the documents': () => run('exec', 'vitest', 'run', 'test/docs'),
}

assertNodeVersion()
install()
const failed = []
for (const [name, holds] of Object.entries(steps)) {
  console.log(`\n── ${name}`)
  let held = false
  try {
    held = await holds()
  } catch (error) {
    console.error(error)
  }
  if (!held) failed.push(name)
}
const count = Object.keys(steps).length
console.log(
  `\n${failed.length === 0 ? `All ${count} checks hold.` : `Of ${count} checks these failed: ${failed.join(', ')}.`}`,
)
process.exit(failed.length === 0 ? 0 : 1)
