import { headerOf } from './requestFields.js'

/**
 * The key is shared by two copies of this package. Only the testing entry sets it, so the header
 * has no effect outside of tests.
 */
const key = Symbol.for('arcturus.standIns')

/** The header that names a stand-in. */
export const standInHeader = 'x-arcturus-actor'

/** The actors of test requests, by the value of the header. */
export type StandIns = Map<string, unknown>

/** Returns the stand-ins of an authorizer under test, or undefined for any other. */
export function standInsOf(authorizer: object): StandIns | undefined {
  // Sound: no other code has the symbol.
  return (authorizer as { readonly [key]?: StandIns })[key]
}

/** Lets tests send requests as any actor, and returns the map of these actors. */
export function acceptStandIns(authorizer: object): StandIns {
  const known = standInsOf(authorizer)
  if (known) return known
  const standIns: StandIns = new Map()
  Object.defineProperty(authorizer, key, { value: standIns })
  return standIns
}

/** Returns the actor of a test request, or undefined if the application looks up the actor. */
export function standInFor(authorizer: object, request: unknown): { readonly actor: unknown } | undefined {
  const standIns = standInsOf(authorizer)
  if (!standIns) return undefined
  const name = headerOf(request, standInHeader)
  return typeof name === 'string' && standIns.has(name) ? { actor: standIns.get(name) } : undefined
}
