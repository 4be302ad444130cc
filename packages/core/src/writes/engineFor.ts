import type { Authorizer } from '../authorizer/authorizer.js'
import { type Engine, engineOf } from '../authorizer/decisions/engine.js'
import { invalidArgument } from '../errors.js'

/** Returns the engine of an authorizer. @throws ArgumentError for an authorizer of another package */
export function engineFor(authorizer: Authorizer): Engine {
  const engine = engineOf(authorizer)
  if (engine) return engine
  throw invalidArgument('Writes need an authorizer of `@arcturus/core`.')
}
