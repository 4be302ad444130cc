import { pagesAuthorization } from '@arcturus/next/pages'
import { answerOf, keep, titlesOf } from '../../kept'
import { world } from '../../world'

const { withAuthorizedProps } = pagesAuthorization(world.authorizer, {
  actor: ({ headers }) => world.user(headers.get('x-actor') ?? undefined),
})

export const getServerSideProps = withAuthorizedProps(async ({ authorization }) => {
  const { actor } = authorization
  const plans = await world.document('1')
  const outside = [await titlesOf(actor), await authorization.isAllowed('read', plans)]
  const within = [
    await answerOf(() => keep('props', () => titlesOf(actor))),
    await answerOf(() => keep('remembered props', () => authorization.isAllowed('read', plans))),
    await answerOf(() => keep('nobody', () => titlesOf(null))),
  ]
  return { props: { outside: outside.join(' '), within: within.join(', ') } }
})

export default function Page({ outside, within }: { outside: string; within: string }) {
  return <p>{`${outside}: ${within}`}</p>
}
