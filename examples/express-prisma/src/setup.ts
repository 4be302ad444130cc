import { rmSync } from 'node:fs'
import { createTables, databaseFile, openDatabase } from './database.js'
import { seed } from './seed.js'

// Makes the database anew: the example starts from the same rows each time.
for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(databaseFile + suffix, { force: true })
const url = `file:${databaseFile}`
await createTables(url)
const prisma = openDatabase(url)
await seed(prisma)
const [people, repositories, issues] = await Promise.all([
  prisma.user.count(),
  prisma.repository.count(),
  prisma.issue.count(),
])
await prisma.$disconnect()
console.log(`gitclub.db: ${people} people, ${repositories} repositories, ${issues} issues`)
