import { fileURLToPath } from 'node:url'
import { bodyParser } from '@koa/bodyparser'
import Router from '@koa/router'
import Koa from 'koa'
import serve from 'koa-static'
import type { Folio } from './authorization.js'
import { documentRoutes } from './documents.js'
import { Person } from './entities/person.js'
import { answerErrors } from './errors.js'
import { folderRoutes } from './folders.js'
import { securityHeaders } from './headers.js'
import { shareRoutes } from './shares.js'

export function createApp(folio: Folio): Koa {
  const { rows, authorize, unguarded } = folio

  const app = new Koa()
  app.use(securityHeaders)
  app.use(serve(fileURLToPath(new URL('../public', import.meta.url))))
  app.use(answerErrors)
  app.use(bodyParser({ enableTypes: ['json'] }))

  // From here on the policy's rules about requests are asked, and an answer for which nothing was decided is an error.
  app.use(authorize())
  const api = new Router({ prefix: '/api' })
  api.get('/people', unguarded('the page lets anybody choose who to be'), async (ctx) => {
    ctx.body = { people: await rows.find(Person, { order: { id: 'ASC' } }) }
  })
  for (const router of [folderRoutes(folio), documentRoutes(folio), shareRoutes(folio)]) api.use(router.routes())
  app.use(api.routes()).use(api.allowedMethods())
  return app
}
