import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteDatabase } from '../databases.js'
import { exampleFolder, runScript } from '../e2e/application.js'

interface Report {
  readonly killed: number
  readonly survivors: readonly { readonly replacement: string }[]
}

// The clients that Prisma generates are there already: other tests that run at the same time use them.
test.each([
  ['express-prisma', 'src/setup.ts', []],
  // It means the same: the tenant of a membership equals no ticket, so the roles of a ticket stay as they are.
  ['next-prisma', 'scripts/setup.ts', ['tenant: Resource']],
  ['koa-typeorm', 'src/setup.ts', []],
])('the tests of %s kill every mutant of its policy', async (example, setup, equivalent) => {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
  try {
    const environment = { DATABASE_URL: `file:${join(folder, 'example.db')}` }
    const run = (...args: string[]) => runScript(exampleFolder(example), ['exec', '--', ...args], environment)
    await run('tsx', setup)
    noteDatabase('SQLite (libsql)')
    await run('arcturus', 'test')
    // Survivors end it with an error, whose message has the report.
    const output = await run('arcturus', 'mutate', '--json').catch((error: Error) => error.message)
    const report = JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1)) as Report
    expect(report.survivors.map(({ replacement }) => replacement)).toEqual(equivalent)
    expect(report.killed).toBeGreaterThan(60)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
