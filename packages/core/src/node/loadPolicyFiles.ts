import type { Authorizer } from '../authorizer/authorizer.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

/**
 * Loads files as one policy, in the place of the last one. What is wrong is told with file, line and column.
 * @throws ArgumentError for a file that can't be read; PolicyError as `Authorizer.load`. The last policy then stays.
 *
 * @example
 * ```ts
 * await loadPolicyFiles(authorizer, 'policy/main.polar', 'policy/billing.polar')
 * ```
 */
export async function loadPolicyFiles(authorizer: Authorizer, ...files: readonly string[]): Promise<Policy> {
  return authorizer.load(...(await readPolicyFiles(files)))
}
