import type { Authorizer } from '../authorizer/authorizer.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

/**
 * Loads files as one policy and replaces the active policy. Errors name the file, line and column.
 * The option `log` of the authorizer receives the policy's warnings.
 * @param files - The paths of the files, relative to the working directory or absolute.
 * @throws ArgumentError if a file can't be read; PolicyError as `Authorizer.load`. The old policy
 * then stays active.
 *
 * @example
 * ```ts
 * await loadPolicyFiles(authorizer, 'policy/main.polar', 'policy/billing.polar')
 * ```
 */
export async function loadPolicyFiles(authorizer: Authorizer, ...files: readonly string[]): Promise<Policy> {
  return authorizer.load(...(await readPolicyFiles(files)))
}
