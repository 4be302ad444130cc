import { rmSync } from 'node:fs'
import { createTables, databaseUrl, defaultFile, openDatabase } from './database.js'
import { seed } from './seed.js'

// The example's own file is made anew, so that it starts from the same rows each time. Another database has to be empty.
if (databaseUrl === `file:${defaultFile}`) {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(defaultFile + suffix, { force: true })
}
await createTables(databaseUrl)
const prisma = openDatabase(databaseUrl)
await seed(prisma)
const [people, repositories, issues] = await Promise.all([
  prisma.user.count(),
  prisma.repository.count(),
  prisma.issue.count(),
])
await prisma.$disconnect()
console.log(`${databaseUrl}: ${people} people, ${repositories} repositories, ${issues} issues`)
