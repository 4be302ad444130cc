import { unguarded, withAuthorization, world } from '../../world'

/** The head is sent before anything is decided. */
export const GET = withAuthorization((request) => {
  const own = request.authorization
  if (request.nextUrl.searchParams.has('actor')) return Response.json(String(own.actor))
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      controller.enqueue(new TextEncoder().encode(String(await own.isAllowed('read', await world.document('1')))))
      controller.close()
    },
  })
  return new Response(body)
}, unguarded('each visitor is answered what they may see'))
