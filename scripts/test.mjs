// `npm test [-- vitest's arguments]`: installs, builds and generates, runs the tests, and prints which databases they used.
// `npm run test:all` adds the long ones: files named `*.long.test.ts`, and more random cases, on more
// databases. The tests of the examples run in copies there.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertNodeVersion, buildOrExit, install, pnpm, root, runOrExit } from './pnpm.mjs'

const options = process.argv.slice(2)
const all = options.includes('--all')

assertNodeVersion()
if (/[#?]/.test(root)) {
  console.error(
    `Vite, which runs the tests, takes "#" and "?" in a path for parts of an address: move the checkout from ${root}`,
  )
  process.exit(1)
}
install()
buildOrExit()
// Core's grammar is kept in the repository; `check` fails when it is out of date.
runOrExit(['--recursive', '--filter', '!@arcturus/core', '--if-present', 'run', 'generate'], 'Generating')

const folder = mkdtempSync(join(tmpdir(), 'arcturus-test-'))
const summaryFile = join(folder, 'summary.json')
const databasesFile = join(folder, 'databases.txt')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const reporters = ['--reporter=default', `--reporter=${root}scripts/summaryReporter.mjs`]
const env = { ...process.env, ARCTURUS_SUMMARY_FILE: summaryFile, ARCTURUS_DATABASES_FILE: databasesFile }
if (all) env.ARCTURUS_TESTS = 'all'
const code = pnpm(['exec', 'vitest', 'run', ...reporters, ...options.filter((option) => option !== '--all')], { env })

const databases = [...new Set(read(databasesFile)?.split('\n').filter(Boolean))].sort()
console.log(`\nDatabases: ${databases.join(', ') || 'none'}`)

const { passed, failed, skipped, failures, slowest } = JSON.parse(
  read(summaryFile) ??
    '{"passed":0,"failed":1,"skipped":0,"failures":[{"test":"Vitest","message":"It ended without a summary."}],"slowest":[]}',
)
console.log(`Slowest: ${slowest.map(({ file, seconds }) => `${file} ${seconds} s`).join(', ')}`)
// Repeated here, so that the last lines are enough to read. One line each, so that they can be searched for.
for (const { test, message } of failures)
  console.log(`failed: ${test}: ${message.slice(0, 2_000).replace(/\s*\n\s*/g, ' | ')}`)
const broken = code !== 0 && failed === 0 ? 1 : failed
console.log(`${passed} passed, ${broken} failed, ${skipped} skipped`)
process.exit(broken > 0 ? 1 : 0)

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
