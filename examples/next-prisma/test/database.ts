import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seed } from '../scripts/seed'
import { createTables } from '../scripts/tables'
import { openDatabase } from '../src/database'

/** A database of its own, just seeded. */
export async function openSeeded() {
  const folder = mkdtempSync(join(tmpdir(), 'help-desk-'))
  const url = `file:${join(folder, 'test.db')}`
  await createTables(url)
  const database = openDatabase(url)
  await seed(database)
  // A runner of many projects' tests may want to say which databases it used.
  const list = process.env['ARCTURUS_DATABASES_FILE']
  if (list) appendFileSync(list, 'SQLite (libsql)\n')
  return {
    url,
    database,
    async close() {
      await database.$disconnect()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
