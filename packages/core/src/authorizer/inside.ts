import type { Limits } from '../machine/index.js'
import type { Decider } from './decider.js'
import type { RelationLoaders } from './relations.js'

/** The key is shared by two copies of this package. */
const key = Symbol.for('arcturus.inside')

/** What further readers of the policy share with an authorizer. */
export interface Inside {
  readonly decider: Decider
  readonly relations: RelationLoaders
  readonly limits: Limits
}

/** Sets the inside of an authorizer. */
export function keepInside(authorizer: object, inside: Inside): void {
  Object.defineProperty(authorizer, key, { value: inside })
}

/** Returns the inside of an authorizer; undefined for any other object. */
export function insideOf(authorizer: object): Inside | undefined {
  // Sound: only `keepInside` sets the symbol.
  return (authorizer as { readonly [key]?: Inside })[key]
}
