import { Actions } from '@arcturus/next/client'
import { authorization, authorize, authorizedActions, Can, world } from '../../../world'
import { CommentButton } from './CommentButton'
import { rename } from './rename'

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const document = await authorize('read', world.document((await params).id))
  return (
    <main>
      <h1>{document.title}</h1>
      <p>edit: {String((await authorization()).can('edit', document))}</p>
      <Can action="edit" resource={document} fallback={<p>only read</p>}>
        <form action={rename.bind(null, document.id)}>
          <button type="submit">Rename</button>
        </form>
      </Can>
      <Actions allowed={await authorizedActions(document)}>
        <CommentButton id={document.id} />
      </Actions>
    </main>
  )
}
