import { createApp } from './app.js'
import { databaseFile, openDatabase } from './database.js'

const port = Number(process.env['PORT'] ?? 3000)
const database = openDatabase(process.env['DATABASE_URL'] ?? `file:${databaseFile}`)

const server = createApp(database).listen(port, (error) => {
  if (error) throw error
  console.log(`GitClub: http://localhost:${port}/`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    server.close(() => database.$disconnect())
    server.closeAllConnections()
  })
}
