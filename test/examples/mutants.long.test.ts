import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { noteDatabase } from '../databases.js'
import { exampleFolder, runScript } from '../e2e/application.js'

// The clients that Prisma generates are there already: other tests that run at the same time use them.
test.each([
  ['express-prisma', 'src/setup.ts'],
  ['next-prisma', 'scripts/setup.ts'],
  ['koa-typeorm', 'src/setup.ts'],
])('the tests of %s kill every mutant of its policy', async (example, setup) => {
  const folder = mkdtempSync(join(tmpdir(), 'mutants-'))
  try {
    const environment = { DATABASE_URL: `file:${join(folder, 'example.db')}` }
    const run = (...args: string[]) => runScript(exampleFolder(example), ['exec', '--', ...args], environment)
    await run('tsx', setup)
    noteDatabase('SQLite (libsql)')
    await run('arcturus', 'test')
    const report: unknown = JSON.parse(await run('arcturus', 'mutate', '--json'))
    expect(report).toMatchObject({ survived: 0, survivors: [] })
    expect((report as { killed: number }).killed).toBeGreaterThan(60)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
