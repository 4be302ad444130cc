import { type Request, Router } from 'express'
import type { GitClub } from './authorization.js'
import { ranQueries } from './queries.js'
import { BadRequest, idIn } from './requests.js'
import { shownTo, withRepository } from './shown.js'
import { whyOf } from './why.js'

export function issueRoutes({ authorizer, prisma, authorize, authorizedFilter }: GitClub): Router {
  const router = Router()

  const findIssue = (req: Request<{ id: string }>) =>
    prisma.issue.findUnique({
      where: { id: idIn(req.params.id) },
      include: withRepository,
    })

  // The latest open issues of all that the person may read, wherever they are.
  router.get('/issues', async (req, res) => {
    const { authorization } = req
    const filter = authorizedFilter(authorization.actor, { where: { closed: false } })
    const [count, issues] = await Promise.all([
      prisma.issue.count(filter),
      prisma.issue.findMany({
        ...filter,
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

  router.put('/issues/:id/closed', authorize('close', findIssue), async (req, res) => {
    const closed: unknown = req.body?.closed
    if (typeof closed !== 'boolean') throw new BadRequest('closed is true or false.')
    const { authorization } = req
    const issue = await prisma.issue.update({
      where: { id: authorization.resource.id },
      data: { closed },
      include: withRepository,
    })
    res.json({ issue: await shownTo(authorization, issue), sql: ranQueries() })
  })

  // To move an issue takes what deleting it takes, in the repository that it leaves and in the one that it enters.
  const movedTo = (req: Request) => ({ repositoryId: idIn(req.body?.repositoryId) })
  router.put('/issues/:id/repository', authorize('delete', findIssue, { patch: movedTo }), async (req, res) => {
    const { authorization } = req
    const issue = await prisma.issue.update({
      where: { id: authorization.resource.id },
      data: authorization.data,
      include: withRepository,
    })
    res.json({ issue: await shownTo(authorization, issue), sql: ranQueries() })
  })

  router.delete('/issues/:id', authorize('delete', findIssue), async (req, res) => {
    await prisma.issue.delete({ where: { id: req.authorization.resource.id } })
    res.json({ sql: ranQueries() })
  })

  return router
}
