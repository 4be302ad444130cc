import { rmSync } from 'node:fs'
import { databaseUrl, defaultUrl, openDatabase } from '../src/database'
import { seed } from './seed'
import { createTables } from './tables'

const url = databaseUrl()
// The example's own file is made anew, so that it starts from the same rows each time. Another database has to be empty.
if (url === defaultUrl) {
  const file = defaultUrl.slice('file:'.length)
  for (const suffix of ['', '-journal', '-wal', '-shm']) rmSync(file + suffix, { force: true })
}
await createTables(url)
const prisma = openDatabase(url)
await seed(prisma)
const [people, tenants, tickets] = await Promise.all([
  prisma.user.count(),
  prisma.tenant.count(),
  prisma.ticket.count(),
])
await prisma.$disconnect()
console.log(`${url}: ${people} people, ${tenants} tenants, ${tickets} tickets`)
