import { pagesAuthorization } from '@arcturus/next/pages'
import { world } from '../../../world'

const { withAuthorization } = pagesAuthorization(world.authorizer, { actor: () => world.user('ada') })

export default withAuthorization((_request, response) => {
  response.setHeader('x-secret', 'yes').json({ title: 'classified' })
})
