import { nextAuthorization } from '@arcturus/next'
import { createWorld } from '../../frameworks/world'
import policy from './policy.polar'

export const world = createWorld(policy)

export const { withAuthorization, serverAction, unguarded, authorize, Can, authorizedActions, authorization } =
  nextAuthorization(world.authorizer, {
    actor: ({ headers, cookies }) => world.user(headers.get('x-actor') ?? cookies.get('actor')?.value),
    client: world.client,
    challenge: 'Bearer realm="test"',
  })
