import Router, { type RouterContext } from '@koa/router'
import type { Folio } from './authorization.js'
import { Folder } from './entities/folder.js'
import { bodyIn, idIn, textIn } from './requests.js'
import { whyOf } from './why.js'

export function folderRoutes({ database, authorizer, authorize, authorizedFilter }: Folio): Router {
  const router = new Router()
  const folders = database.getRepository(Folder)
  const findFolder = (ctx: RouterContext) => folders.findOneBy({ id: idIn(ctx.params['id']) })

  // All that the person may read. A folder whose parent is not among them was shared by itself.
  router.get('/folders', async (ctx) => {
    const { authorization } = ctx.state
    const rows = await folders.find(
      authorizedFilter(authorization.actor, Folder, { order: { name: 'ASC', id: 'ASC' } }),
    )
    ctx.body = { folders: await authorization.pickAuthorized(rows) }
  })

  router.get('/folders/:id', authorize('read', findFolder), async (ctx) => {
    const { authorization } = ctx.state
    const [folder, actions] = await Promise.all([authorization.pickAuthorized(), authorization.authorizedActions()])
    ctx.body = { folder, actions: [...actions] }
  })

  router.get('/folders/:id/why', authorize('read', findFolder), async (ctx) => {
    ctx.body = await whyOf(authorizer, ctx.state.authorization, ctx.query['action'], ['add', 'share'])
  })

  router.post('/folders/:id/folders', authorize('add', findFolder), async (ctx) => {
    const { authorization } = ctx.state
    const name = textIn(bodyIn(ctx)['name'], 'name', 80)
    const folder = await folders.save(Object.assign(new Folder(), { name, parent: authorization.resource }))
    ctx.status = 201
    ctx.body = { folder: await authorization.pickAuthorized(folder) }
  })

  return router
}
