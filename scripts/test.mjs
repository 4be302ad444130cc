// `npm test [-- vitest's arguments]`: installs, builds and generates what tests need, runs every test, and says on which databases.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { assertNodeVersion, install, pnpm, root, runOrExit } from './pnpm.mjs'

assertNodeVersion()
install()
runOrExit(['--recursive', '--filter', './packages/*', 'run', 'build'], 'Building the packages')
// Not core's grammar: that one is kept in the repository, and `check` tells when it is out of date.
runOrExit(['--recursive', '--filter', '!@arcturus/core', '--if-present', 'run', 'generate'], 'Generating')

const folder = mkdtempSync(join(tmpdir(), 'arcturus-test-'))
const reportFile = join(folder, 'report.json')
const databasesFile = join(folder, 'databases.txt')
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${reportFile}`]
const code = pnpm(['exec', 'vitest', 'run', ...reporters, ...process.argv.slice(2)], {
  env: { ...process.env, ARCTURUS_DATABASES_FILE: databasesFile },
})

const report = read(reportFile)
const databases = [...new Set(read(databasesFile)?.split('\n').filter(Boolean))].sort()
console.log(`\nDatabases: ${databases.join(', ') || 'none was opened'}`)

if (report === undefined) {
  console.error('The test runner ended without a report.')
  console.log('0 passed, 1 failed, 0 skipped')
  process.exit(1)
}
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(report)
// A file that could not even be loaded has no tests to count: it counts as one that failed.
const broken = testResults.filter(
  (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
)
let failed = numFailedTests + broken.length
if (code !== 0 && failed === 0) failed = 1
// At the end as well, where somebody who sees only the last lines finds them.
for (const { name, message, assertionResults } of testResults) {
  const of = assertionResults.filter(({ status }) => status === 'failed')
  for (const { fullName, failureMessages } of of) tell(`${relative(root, name)} > ${fullName}`, failureMessages[0])
  if (broken.some((file) => file.name === name)) tell(relative(root, name), message)
}
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`)
process.exit(failed > 0 ? 1 : 0)

/** One line, so that it can be searched for: a random test's message starts with how to repeat it. */
function tell(test, message = '') {
  console.log(`failed: ${test}: ${message.slice(0, 2_000).replace(/\s*\n\s*/g, ' | ')}`)
}

function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
