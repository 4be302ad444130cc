import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createTables, databaseUrl, defaultUrl, openDatabase } from './database.js'
import { seed } from './seed.js'

// The example's own file is made anew, so that it starts from the same rows each time. Another database has to be empty.
if (databaseUrl === defaultUrl) {
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(fileURLToPath(defaultUrl) + suffix, { force: true })
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
