import { authorize, world } from '../../../world'

export default async function Image({ params }: { params: Promise<{ id: string }> }): Promise<Response> {
  const document = await authorize('read', world.document((await params).id))
  return new Response(document.title, { headers: { 'Content-Type': 'image/png' } })
}
