import { appendFileSync } from 'node:fs'

/**
 * Notes that a test really opened a database, for the last lines of `npm test`.
 * @param name product and how it was reached: `SQLite (libsql)`, `PostgreSQL 15 (server)`
 */
export function noteDatabase(name: string): void {
  const file = process.env['ARCTURUS_DATABASES_FILE']
  if (file) appendFileSync(file, `${name}\n`)
}
