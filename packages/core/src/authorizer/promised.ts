import type { Wanted } from '../schema/wanted.js'

/** What an object promises itself; a relation that nobody loads stays undefined, which is an error when the filter is bound. */
export function promised({ object, name }: Wanted): Promise<unknown> {
  return Promise.resolve((object as Readonly<Record<string, unknown>>)[name])
}
