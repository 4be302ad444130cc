import { QueryError } from '../errors.js'

/** What a policy reads of rows. */
export interface NamesRead {
  has(name: string): boolean
}

/** An object without properties: what it has, all objects inherit. */
const bare: object = {}

/** Returns whether other code has added a property that `for … in` finds to all objects. */
export function isPolluted(): boolean {
  for (const _ in bare) return true
  return false
}

/**
 * Throws if other code has added a property to all objects that a policy reads: each row without the attribute would
 * have it. Only what `for … in` finds counts, as `Object.prototype.name = value` and merges of nested data add it.
 *
 * @throws QueryError `polluted-prototype`.
 */
export function assertUnpolluted(names: NamesRead): void {
  for (const name in bare) if (names.has(name)) throw polluted(name)
}

function polluted(name: string): QueryError {
  const message = `Other code has added "${name}" to Object.prototype, and the policy reads an attribute of this name.`
  return new QueryError('polluted-prototype', message, {
    hint: 'find the code that sets it, often a merge of nested data from a request; Object.freeze(Object.prototype) prevents it',
  })
}
