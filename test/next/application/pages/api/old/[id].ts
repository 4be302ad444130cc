import { pagesAuthorization } from '@arcturus/next/pages'
import type { NextApiRequest } from 'next'
import { world } from '../../../world'

const { withAuthorization } = pagesAuthorization(world.authorizer, {
  actor: ({ headers }) => world.user(headers.get('x-actor') ?? undefined),
})

const find = (request: NextApiRequest) => world.document(String(request.query['id']))

export default withAuthorization(
  (request, response) => {
    response.json({ title: request.authorization.resource.title })
  },
  'read',
  find,
)
