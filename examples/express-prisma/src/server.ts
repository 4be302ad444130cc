import { ArcturusError } from '@arcturus/core'
import { createApp } from './app.js'
import { databaseUrl, openDatabase } from './database.js'

const port = Number(process.env['PORT'] ?? 3000)
// Only this machine reaches it: anybody could claim to be anybody.
const host = process.env['HOST'] ?? '127.0.0.1'
const database = openDatabase(databaseUrl)

/** A mistake in the policy is told with its place; where in this program it was met helps nobody. */
function start(): ReturnType<typeof createApp> {
  try {
    return createApp(database)
  } catch (error) {
    if (!(error instanceof ArcturusError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

const server = start().listen(port, host, (error) => {
  if (error) throw error
  console.log(`GitClub: http://${host === '127.0.0.1' ? 'localhost' : host}:${port}/`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => database.$disconnect())
    server.closeAllConnections()
  })
}
