import { type Request, Router } from 'express'
import type { GitClub } from './authorization.js'
import { ranQueries } from './queries.js'
import { BadRequest, idIn, textIn } from './requests.js'
import { shownTo, withRepository } from './shown.js'
import { whyOf } from './why.js'

export function repositoryRoutes(gitClub: GitClub): Router {
  const { authorizer, rows, unchecked, authorizedClient, authorize, authorizedWhere } = gitClub
  const router = Router()

  const findRepository = (req: Request<{ id: string }>) =>
    rows.repository.findUnique({ where: { id: idIn(req.params.id) }, include: { organization: true } })

  // All that the person may read, and what they may do with each.
  router.get('/repositories', async (req, res) => {
    const { authorization } = req
    // A repository is shown with its organization, even to a user who may not read the organization itself.
    const repositories = await rows.repository.findMany({
      where: await authorizedWhere(authorization.actor, 'read', 'Repository'),
      include: { organization: true },
      orderBy: { id: 'asc' },
    })
    const actions = await Promise.all(repositories.map((repository) => authorization.authorizedActions(repository)))
    res.json({
      repositories: repositories.map((repository, at) => ({ ...repository, actions: [...actions[at]!] })),
      sql: ranQueries(),
    })
  })

  router.get('/repositories/:id', authorize('read', findRepository), async (req, res) => {
    const { authorization } = req
    const actions = await authorization.authorizedActions()
    res.json({ repository: { ...authorization.resource, actions: [...actions] }, sql: ranQueries() })
  })

  router.get('/repositories/:id/why', authorize('read', findRepository), async (req, res) => {
    const actions = ['open_issue', 'describe', 'publish'] as const
    res.json(await whyOf(authorizer, req.authorization, req.query['action'], actions))
  })

  router.get('/repositories/:id/issues', authorize('read', findRepository), async (req, res) => {
    const { authorization } = req
    const readable = await authorizedWhere(authorization.actor, 'read', 'Issue')
    const issues = await rows.issue.findMany({
      where: { AND: [readable, { repositoryId: authorization.resource.id }] },
      include: withRepository,
      orderBy: [{ closed: 'asc' }, { createdAt: 'desc' }, { id: 'asc' }],
    })
    const shown = await Promise.all(issues.map((issue) => shownTo(authorization, issue)))
    res.json({ issues: shown, sql: ranQueries() })
  })

  router.post('/repositories/:id/issues', authorize('open_issue', findRepository), async (req, res) => {
    const { actor, resource } = req.authorization
    // The policy lets only somebody open issues.
    if (!actor) throw new Error('nobody opened an issue')
    const title = textIn(req.body, 'title')
    const issue = await unchecked.issue.create({ data: { title, creatorId: actor.id, repositoryId: resource.id } })
    res.status(201).json({ issue, sql: ranQueries() })
  })

  router.put('/repositories/:id/description', async (req, res) => {
    const data = { description: textIn(req.body, 'description') }
    const repository = await req.authorization.client.repository.update({ where: { id: idIn(req.params.id) }, data })
    res.json({ repository, sql: ranQueries() })
  })

  router.put('/repositories/:id/visibility', async (req, res) => {
    const isPublic: unknown = req.body?.isPublic
    if (typeof isPublic !== 'boolean') throw new BadRequest('isPublic is true or false.')
    const client = authorizedClient(req.authorization.actor, { operations: { update: 'publish' } })
    const repository = await client.repository.update({ where: { id: idIn(req.params.id) }, data: { isPublic } })
    res.json({ repository, sql: ranQueries() })
  })

  return router
}
