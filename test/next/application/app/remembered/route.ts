import { answerOf, keep, titlesOf } from '../../kept'
import { authorization, withAuthorization, world } from '../../world'

/** Each is asked for first outside of a cache, and then within one that is the same for everybody. */
export const GET = withAuthorization(async (request) => {
  const own = request.authorization
  const plans = await world.document('1')
  const questions: Record<string, () => Promise<unknown>> = {
    check: () => own.isAllowed('read', plans),
    actions: () => own.authorizedActions(plans),
    actor: async () => (own.actor as { name: string }).name,
    page: async () => (await authorization()).can('read', plans),
    list: () => titlesOf(own.actor),
    filter: async () => (await own.filter('read', 'Document')).kind,
  }
  const what = request.nextUrl.searchParams.get('what') ?? ''
  const ask = async () => String(await questions[what]?.())
  const outside = await ask()
  await own.isAllowed('read', plans)
  return Response.json({ outside, within: await answerOf(() => keep(`remembered ${what}`, ask)) })
})
