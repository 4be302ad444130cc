import { readFileSync } from 'node:fs'
import { defineConfig } from '@arcturus/cli'
import { databaseUrl, openDatabase } from './src/database'
import { createHelpDesk } from './src/helpDesk'

// The command reads all rows.
const forCommand = { unscoped: 'allow', log: () => {} } as const

export default defineConfig({
  policy: 'policy.polar',
  open() {
    const database = openDatabase(databaseUrl())
    const policy = readFileSync(new URL('policy.polar', import.meta.url), 'utf8')
    const { authorizer, prisma, authorizedActors, filterArguments } = createHelpDesk(database, policy, forCommand)
    return { authorizer, database: prisma, authorizedActors, filterArguments, close: () => database.$disconnect() }
  },
  routes: () => '.',
})
