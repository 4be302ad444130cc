import { rmSync } from 'node:fs'
import { createTables, DatabaseProblem, databaseUrl, defaultFile, openDatabase } from './database.js'
import { seed } from './seed.js'

// The example's own file is made anew, so that it starts from the same rows each time. Another database has to be empty.
if (databaseUrl === `file:${defaultFile}`) {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(defaultFile + suffix, { force: true })
}
try {
  const database = await openDatabase(databaseUrl)
  await createTables(database)
  console.log(`Folio is set up: ${await seed(database)}.`)
  await database.destroy()
} catch (error) {
  if (!(error instanceof DatabaseProblem)) throw error
  console.error(error.message)
  process.exit(1)
}
