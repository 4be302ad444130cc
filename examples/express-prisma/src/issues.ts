import { type Request, Router } from 'express'
import type { GitClub } from './authorization.js'
import { ranQueries } from './queries.js'
import { BadRequest, idIn } from './requests.js'
import { whyOf } from './why.js'

export function issueRoutes({ authorizer, prisma, authorize, authorizedFilter }: GitClub): Router {
  const router = Router()

  const findIssue = (req: Request<{ id: string }>) =>
    prisma.issue.findUnique({
      where: { id: idIn(req.params.id) },
      include: { creator: true, repository: { include: { organization: true } } },
    })

  // The latest open issues of all that the person may read, wherever they are.
  router.get('/issues', async (req, res) => {
    const { authorization } = req
    const filter = authorizedFilter(authorization.actor, { where: { closed: false } })
    const [count, issues] = await Promise.all([
      prisma.issue.count(filter),
      prisma.issue.findMany({
        ...filter,
        include: { creator: true, repository: { include: { organization: true } } },
        orderBy: [{ createdAt: 'desc' }, { id: 'asc' }],
        take: 20,
      }),
    ])
    const actions = await Promise.all(issues.map((issue) => authorization.authorizedActions(issue)))
    res.json({
      count,
      issues: issues.map((issue, at) => ({ ...issue, actions: [...actions[at]!] })),
      sql: ranQueries(),
    })
  })

  router.get('/issues/:id', authorize('read', findIssue), async (req, res) => {
    const { authorization } = req
    res.json({
      issue: { ...authorization.resource, actions: [...(await authorization.authorizedActions())] },
      sql: ranQueries(),
    })
  })

  router.get('/issues/:id/why', authorize('read', findIssue), async (req, res) => {
    res.json(await whyOf(authorizer, req.authorization, req.query['action'], ['close', 'delete']))
  })

  router.put('/issues/:id/closed', authorize('close', findIssue), async (req, res) => {
    const closed: unknown = req.body?.closed
    if (typeof closed !== 'boolean') throw new BadRequest('closed is true or false.')
    const issue = await prisma.issue.update({ where: { id: req.authorization.resource.id }, data: { closed } })
    res.json({ issue, sql: ranQueries() })
  })

  router.delete('/issues/:id', authorize('delete', findIssue), async (req, res) => {
    await prisma.issue.delete({ where: { id: req.authorization.resource.id } })
    res.json({ sql: ranQueries() })
  })

  return router
}
