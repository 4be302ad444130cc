import Router, { type RouterContext } from '@koa/router'
import type { Folio } from './authorization.js'
import { Folder } from './entities/folder.js'
import { bodyIn, idIn, textIn } from './requests.js'
import { whyOf } from './why.js'

export function folderRoutes({ rows, authorizer, authorize }: Folio): Router {
  const router = new Router()
  const findFolder = (ctx: RouterContext) => rows.findOneBy(Folder, { id: idIn(ctx.params['id']) })

  // All that the person may read. A folder whose parent is not among them was shared by itself.
  router.get('/folders', async (ctx) => {
    const { client } = ctx.state.authorization
    ctx.body = { folders: await client.find(Folder, { order: { name: 'ASC', id: 'ASC' } }) }
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
    const { client, resource } = ctx.state.authorization
    const name = textIn(bodyIn(ctx)['name'], 'name', 80)
    ctx.status = 201
    ctx.body = { folder: await client.save(Folder, { name, parentId: resource.id }) }
  })

  return router
}
