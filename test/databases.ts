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

const isLong = process.env['ARCTURUS_TESTS'] === 'all'

/**
 * The kinds of databases for tests of what a client of Prisma does before and after its statements: all in `npm run test:all`, else
 * each server through one of the two ORMs. Columns and filters are tested on all kinds always.
 */
export const prismaKinds: typeof randomKinds = isLong ? ['sqlite', 'postgresql', 'mysql'] : ['sqlite', 'postgresql']

/** The same for managers of TypeORM. */
export const typeOrmKinds: typeof randomKinds = isLong ? ['sqlite', 'postgresql', 'mysql'] : ['sqlite', 'mysql']
