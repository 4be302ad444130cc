import { unstable_cache } from 'next/cache'
import { authorization, withAuthorization, world } from '../../world'

const filterKept = unstable_cache(
  async (name: string) => world.authorizer.filter(world.user(name), 'read', 'Document').kind,
  ['filter'],
)

async function actorKept() {
  'use cache'
  return String((await authorization()).actor)
}

/** What a handler decides must not be kept either. */
export const GET = withAuthorization(async (request) => {
  const what = request.nextUrl.searchParams.get('what')
  return Response.json(what === 'filter' ? await filterKept('ada') : await actorKept())
})
