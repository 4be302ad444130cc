import { authorize, world } from '../../world'

/** A handler without `withAuthorization`: denials are Next's own. */
export async function GET(): Promise<Response> {
  const document = await authorize('read', world.document('1'))
  return Response.json(document.title)
}
