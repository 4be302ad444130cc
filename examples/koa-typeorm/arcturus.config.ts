import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

export default defineConfig({
  policy: 'policy.polar',
  async open() {
    const database = await openDatabase(databaseUrl)
    const { authorizer, authorizedActors, filterArguments } = await createAuthorization(database)
    return { authorizer, database, authorizedActors, filterArguments, close: () => database.destroy() }
  },
})
