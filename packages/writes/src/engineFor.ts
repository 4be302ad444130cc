import type { Authorizer } from '@arcturus/core/internal/writes'
import { type Engine, engineOf, invalidArgument } from '@arcturus/core/internal/writes'

/** Returns the engine of an authorizer. @throws ArgumentError for an authorizer of another package */
export function engineFor(authorizer: Authorizer): Engine {
  const engine = engineOf(authorizer)
  if (engine) return engine
  throw invalidArgument('Writes need an authorizer of `@arcturus/core`.')
}
