import { readFileSync } from 'node:fs'
import { defineConfig } from '@arcturus/cli'
import { databaseUrl, openDatabase } from './src/database'
import { createHelpDesk } from './src/helpDesk'

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl())
    const policy = readFileSync(new URL('policy.polar', import.meta.url), 'utf8')
    const { authorizer, prisma, authorizedActors, filterArguments } = createHelpDesk(database, policy, {
      log: () => {},
    })
    return { authorizer, database: prisma, authorizedActors, filterArguments, close: () => database.$disconnect() }
  },
  routes: () => '.',
})
