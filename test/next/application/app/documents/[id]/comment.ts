'use server'

import { authorizedAction, world } from '../../../world'

/** Anybody can call it with any id and any text. */
export const comment = authorizedAction(
  async ({ resource }, _id: number, text: string) => `${resource.title}: ${text}`,
  'comment',
  async (id: number, _text: string) => world.document(String(id)),
)

/** Decides nothing. */
export const forgotten = authorizedAction(async () => 'classified')
