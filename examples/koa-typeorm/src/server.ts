import { ArcturusError } from '@arcturus/core'
import { createApp } from './app.js'
import { createAuthorization } from './authorization.js'
import { assertSetUp, DatabaseProblem, databaseUrl, openDatabase } from './database.js'

const port = Number(process.env['PORT'] ?? 3000)
// Only this machine reaches it: anybody could claim to be anybody.
const host = process.env['HOST'] ?? '127.0.0.1'

/** A mistake in the policy is told with its place; where in this program it was met helps nobody. */
function giveUp(error: unknown): never {
  if (!(error instanceof ArcturusError || error instanceof DatabaseProblem)) throw error
  console.error(error.message)
  process.exit(1)
}

async function start() {
  const database = await openDatabase(databaseUrl)
  await assertSetUp(database)
  return { database, app: createApp(await createAuthorization(database)) }
}

const { database, app } = await start().catch(giveUp)
const server = app.listen(port, host, () => {
  console.log(`Folio: http://${host === '127.0.0.1' ? 'localhost' : host}:${port}/`)
})
server.once('error', ({ message }) => {
  console.error(`${message}. PORT chooses another port.`)
  process.exit(1)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => database.destroy())
    server.closeAllConnections()
  })
}
