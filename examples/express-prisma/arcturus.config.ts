import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

// The command reads all rows.
const forCommand = { unscoped: 'allow', log: () => {} } as const

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl)
    const { authorizer, prisma, authorizedActors, filterArguments } = createAuthorization(database, forCommand)
    return { authorizer, database: prisma, authorizedActors, filterArguments, close: () => database.$disconnect() }
  },
})
