import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl)
    const { authorizer, rows, authorizedActors, filterArguments } = createAuthorization(database)
    return { authorizer, database: rows, authorizedActors, filterArguments, close: () => database.$disconnect() }
  },
})
