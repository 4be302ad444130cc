// Says what keeps the help desk from starting before Next starts, which would say it only when a page is asked for.
import { existsSync, readFileSync } from 'node:fs'

if (!existsSync('generated')) end('Nothing is set up yet: run `npm run setup` first.')
const { databaseUrl, openDatabase } = await import('../src/database')
const { createHelpDesk } = await import('../src/helpDesk')
const { ArcturusError } = await import('@arcturus/core')

const database = openDatabase(databaseUrl())
try {
  createHelpDesk(database, readFileSync('policy.polar', 'utf8'))
} catch (error) {
  // A mistake in the policy is told with its place; where in this program it was met helps nobody.
  if (!(error instanceof ArcturusError)) throw error
  end(error.message)
}
await database.user.count().catch((error: Error) => {
  const reason = error.message.split('\n').at(-1)
  end(`There is no help desk in the database ${databaseUrl()}: \`npm run setup\` makes one. (${reason})`)
})
await database.$disconnect()

function end(message: string): never {
  console.error(message)
  process.exit(1)
}
