import type { Wanted } from '../../schema/wanted.js'

/**
 * Returns the object's own promise of a relation. A relation without a loader stays undefined,
 * which is an error when the filter is bound.
 */
export function promised({ object, name }: Wanted): Promise<unknown> {
  return Promise.resolve((object as Readonly<Record<string, unknown>>)[name])
}
