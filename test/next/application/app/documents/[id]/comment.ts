'use server'

import { serverAction, world } from '../../../world'

/** Anybody can call it with any id and any text. */
export const comment = serverAction(
  async ({ resource }, _id: number, text: string) => `${resource.title}: ${text}`,
  'comment',
  async (id: number, _text: string) => world.document(String(id)),
)

/** Takes its input for an object. */
export const change = serverAction(
  async ({ resource }, _input: { readonly id: number }) => resource.title,
  'edit',
  async (input: { readonly id: number }) => world.document(input.id.toString()),
)

/** Decides nothing. */
export const forgotten = serverAction(async () => 'classified')
