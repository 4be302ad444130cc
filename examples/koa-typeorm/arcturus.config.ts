import { defineConfig } from '@arcturus/cli'
import { createAuthorization } from './src/authorization.js'
import { databaseUrl, openDatabase } from './src/database.js'

// The command reads all rows.
const forCommand = { unscoped: 'allow', log: () => {} } as const

export default defineConfig({
  policy: 'policy.polar',
  async open() {
    const database = await openDatabase(databaseUrl)
    const { authorizer, authorizedActors, filterArguments } = await createAuthorization(database, forCommand)
    return { authorizer, database, authorizedActors, filterArguments, close: () => database.destroy() }
  },
})
