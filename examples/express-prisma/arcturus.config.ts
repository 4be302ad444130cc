import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl)
    const { authorizer, prisma, authorizedActors, filterArguments } = createAuthorization(database, { log: () => {} })
    return { authorizer, database: prisma, authorizedActors, filterArguments, close: () => database.$disconnect() }
  },
})
