import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl)
    const { authorizer, prisma } = createAuthorization(database)
    return { authorizer, database: prisma, close: () => database.$disconnect() }
  },
})
