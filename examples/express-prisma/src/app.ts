import { fileURLToPath } from 'node:url'
import express, { type Express } from 'express'
import { createAuthorization } from './authorization.js'
import type { Database } from './database.js'
import { answerError } from './errors.js'
import { securityHeaders } from './headers.js'
import { issueRoutes } from './issues.js'
import { recordQueries } from './queries.js'
import { repositoryRoutes } from './repositories.js'

export function createApp(database: Database): Express {
  const gitClub = createAuthorization(database)
  const { rows, authorize, unguarded } = gitClub

  const app = express().disable('x-powered-by')
  app.use(securityHeaders)
  app.use(express.static(fileURLToPath(new URL('../public', import.meta.url))))
  app.use(express.json())
  app.use(recordQueries(database))

  // From here on, an answer for which nothing was decided is an error.
  app.use(authorize())
  app.get('/api/people', unguarded('the page lets anybody choose who to be'), async (_req, res) => {
    res.json({ people: await rows.user.findMany({ orderBy: { id: 'asc' } }) })
  })
  app.use('/api', repositoryRoutes(gitClub), issueRoutes(gitClub))

  app.use(answerError)
  return app
}
