import { pagesAuthorization } from '@arcturus/next/pages'
import { world } from '../../world'

const { withAuthorizedProps } = pagesAuthorization(world.authorizer, { actor: () => world.user('ada') })

/** Answers itself, as feeds do. */
export const getServerSideProps = withAuthorizedProps(async ({ authorization, query, res }) => {
  const titles = 'forgotten' in query ? 'classified' : 'Plans'
  if (titles === 'Plans') await authorization.authorize('read', await world.document('1'))
  res.setHeader('Content-Type', 'text/xml')
  res.write('<feed>')
  res.end(`${titles}</feed>`)
  return { props: {} }
})

export default function Feed() {
  return null
}
