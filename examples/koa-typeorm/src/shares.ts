import Router, { type RouterContext } from '@koa/router'
import { type EntityTarget, IsNull } from 'typeorm'
import type { Folio } from './authorization.js'
import { Document } from './entities/document.js'
import { Folder } from './entities/folder.js'
import { Person } from './entities/person.js'
import { roles, Share } from './entities/share.js'
import { Team } from './entities/team.js'
import { BadRequest, bodyIn, idIn, oneOf } from './requests.js'

export function shareRoutes({ rows, manager, authorize }: Folio): Router {
  const router = new Router()
  // Who may share a folder or a document sees and changes all of its shares: the routes decide.
  const shares = manager.getRepository(Share)

  // Whom something can be shared with.
  router.get('/teams', async (ctx) => {
    ctx.body = { teams: await ctx.state.authorization.client.find(Team, { order: { id: 'ASC' } }) }
  })

  /** The row of an id in a body; null where the body has none. */
  async function one<Row extends Person | Team>(entity: EntityTarget<Row>, id: unknown, name: string) {
    if (id === undefined || id === null) return null
    const row = await rows.findOne(entity as EntityTarget<Person | Team>, { where: { id: idIn(String(id)) } })
    if (!row) throw new BadRequest(`There is no such ${name}.`)
    // Sound: the row is of the entity.
    return row as Row
  }

  // Folders and documents are shared alike.
  for (const { path, target, column } of [
    { path: '/folders/:id/shares', target: Folder, column: 'folderId' },
    { path: '/documents/:id/shares', target: Document, column: 'documentId' },
  ] as const) {
    const find = (ctx: RouterContext) => rows.findOneBy<Folder | Document>(target, { id: idIn(ctx.params['id']) })

    router.get(path, authorize('share', find), async (ctx) => {
      const { authorization } = ctx.state
      const found = await shares.find({
        where: { [column]: authorization.resource.id },
        relations: { person: true, team: true },
        order: { id: 'ASC' },
      })
      ctx.body = { shares: await authorization.pickAuthorized(found) }
    })

    // Who has a share already gets the other role.
    router.post(path, authorize('share', find), async (ctx) => {
      const { authorization } = ctx.state
      const body = bodyIn(ctx)
      const role = oneOf(roles, body['role'], 'role')
      const person = await one(Person, body['person'], 'person')
      const team = await one(Team, body['team'], 'team')
      if ((person === null) === (team === null)) throw new BadRequest('A share is for a person or for a team.')
      const { id } = authorization.resource
      const share =
        (await shares.findOneBy({
          [column]: id,
          personId: person?.id ?? IsNull(),
          teamId: team?.id ?? IsNull(),
        })) ?? Object.assign(new Share(), { [column]: id, personId: person?.id ?? null, teamId: team?.id ?? null })
      await shares.save(Object.assign(share, { role }))
      ctx.status = 201
      ctx.body = { share: await authorization.pickAuthorized(Object.assign(share, { person, team })) }
    })

    router.delete(`${path}/:share`, authorize('share', find), async (ctx) => {
      const { id } = ctx.state.authorization.resource
      const { affected } = await shares.delete({ id: idIn(ctx.params['share']), [column]: id })
      if (!affected) ctx.throw(404, 'Not found.')
      ctx.status = 204
    })
  }

  return router
}
