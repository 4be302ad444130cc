import { type Request, Router } from 'express'
import type { GitClub } from './authorization.js'
import { ranQueries } from './queries.js'
import { BadRequest, idIn } from './requests.js'
import { shownTo, withRepository } from './shown.js'
import { whyOf } from './why.js'

export function issueRoutes(gitClub: GitClub): Router {
  const { authorizer, rows, authorizedClient, authorize, authorizedWhere } = gitClub
  const router = Router()

  const findIssue = (req: Request<{ id: string }>) =>
    rows.issue.findUnique({
      where: { id: idIn(req.params.id) },
      include: withRepository,
    })

  // The latest open issues of all that the person may read, wherever they are.
  router.get('/issues', async (req, res) => {
    const { authorization } = req
    const where = { AND: [await authorizedWhere(authorization.actor, 'read', 'Issue'), { closed: false }] }
    const [count, issues] = await Promise.all([
      rows.issue.count({ where }),
      rows.issue.findMany({
        where,
        include: withRepository,
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        take: 20,
      }),
    ])
    const shown = await Promise.all(issues.map((issue) => shownTo(authorization, issue)))
    res.json({ count, issues: shown, sql: ranQueries() })
  })

  router.get('/issues/:id', authorize('read', findIssue), async (req, res) => {
    const { authorization } = req
    res.json({ issue: await shownTo(authorization, authorization.resource), sql: ranQueries() })
  })

  router.get('/issues/:id/why', authorize('read', findIssue), async (req, res) => {
    res.json(await whyOf(authorizer, req.authorization, req.query['action'], ['close', 'delete']))
  })

  router.put('/issues/:id/closed', async (req, res) => {
    const closed: unknown = req.body?.closed
    if (typeof closed !== 'boolean') throw new BadRequest('closed is true or false.')
    const { authorization } = req
    const client = authorizedClient(authorization.actor, { operations: { update: 'close' } })
    const { id } = await client.issue.update({ where: { id: idIn(req.params.id) }, data: { closed } })
    const issue = await rows.issue.findUniqueOrThrow({ where: { id }, include: withRepository })
    res.json({ issue: await shownTo(authorization, issue), sql: ranQueries() })
  })

  // The client checks the issue before and after: nobody moves one to where they could not move it.
  router.put('/issues/:id/repository', async (req, res) => {
    const { authorization } = req
    const data = { repositoryId: idIn(req.body?.repositoryId) }
    const { id } = await authorization.client.issue.update({ where: { id: idIn(req.params.id) }, data })
    const issue = await rows.issue.findUniqueOrThrow({ where: { id }, include: withRepository })
    res.json({ issue: await shownTo(authorization, issue), sql: ranQueries() })
  })

  router.delete('/issues/:id', async (req, res) => {
    await req.authorization.client.issue.delete({ where: { id: idIn(req.params.id) } })
    res.json({ sql: ranQueries() })
  })

  return router
}
