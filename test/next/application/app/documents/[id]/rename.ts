'use server'

import { redirect } from 'next/navigation'
import { serverAction, world } from '../../../world'

const find = (id: number) => world.document(String(id))

/** Anybody can call it with any id. */
export const rename = serverAction(
  async ({ resource }) => {
    redirect(`/documents/${resource.id}?renamed`)
  },
  'edit',
  find,
  { onDenial: 'interrupt' },
)
