import type { Authorizer } from '../authorizer/authorizer.js'
import { engineOf } from '../authorizer/decisions/engine.js'
import type { PolicySource } from '../authorizer/policies/loadedPolicy.js'
import type { Incremental } from '../policy/buildPolicy.js'
import type { Policy } from '../policy/policy.js'

/**
 * Loads a policy as `load` does, with the work of earlier loads.
 * @throws PolicyError
 */
export async function loadAgain(
  authorizer: Authorizer,
  sources: readonly PolicySource[],
  incremental: Incremental,
): Promise<Policy> {
  const engine = engineOf(authorizer)
  return engine ? engine.active.load(sources, { incremental }) : authorizer.load(...sources)
}
