import { pagesAuthorization } from '@arcturus/next/pages'
import type { GetServerSidePropsContext } from 'next'
import { world } from '../../world'

const { withAuthorizedProps } = pagesAuthorization(world.authorizer, {
  actor: ({ headers }) => world.user(headers.get('x-actor') ?? undefined),
})

const find = ({ params, query }: GetServerSidePropsContext) =>
  'forgotten' in query ? undefined : world.document(String(params?.['id']))

export const getServerSideProps = withAuthorizedProps(
  ({ authorization }) => ({ props: { title: authorization.resource.title } }),
  'read',
  find,
)

export default function Page({ title }: { title: string }) {
  return <h1>{title}</h1>
}
