import { pagesAuthorization } from '@arcturus/next/pages'
import { answerOf, keep, titlesOf } from '../../../kept'
import { world } from '../../../world'

const { withAuthorization } = pagesAuthorization(world.authorizer, {
  actor: ({ headers }) => world.user(headers.get('x-actor') ?? undefined),
})

export default withAuthorization(async ({ authorization }, response) => {
  const outside = await titlesOf(authorization.actor)
  const within = await answerOf(() => keep('api', () => titlesOf(authorization.actor)))
  response.json({ outside, within })
})
