import { appendFileSync } from 'node:fs'

/**
 * Notes that a test really opened a database, for the last lines of `npm test`.
 * @param name product and how it was reached: `SQLite (libsql)`, `PostgreSQL 15 (server)`
 */
export function noteDatabase(name: string): void {
  const file = process.env['ARCTURUS_DATABASES_FILE']
  if (file) appendFileSync(file, `${name}\n`)
}

/**
 * The kinds of databases that a random test asks: SQLite, and all of them in `npm run test:all`. What only one of them does has
 * tests of its own.
 */
export const randomKinds: readonly ('sqlite' | 'postgresql' | 'mysql')[] =
  process.env['ARCTURUS_TESTS'] === 'all' ? ['sqlite', 'postgresql', 'mysql'] : ['sqlite']
