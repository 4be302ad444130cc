import type { Authorizer } from '../authorizer/authorizer.js'
import { formatDiagnostic } from '../language/formatDiagnostic.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

/**
 * Loads files as one policy, in the place of the last one. What is wrong is told with file, line and column; what only looks
 * wrong (the policy's `warnings`) is printed by `console.warn`.
 * @throws ArgumentError for a file that can't be read; PolicyError as `Authorizer.load`. The last policy then stays.
 *
 * @example
 * ```ts
 * await loadPolicyFiles(authorizer, 'policy/main.polar', 'policy/billing.polar')
 * ```
 */
export async function loadPolicyFiles(authorizer: Authorizer, ...files: readonly string[]): Promise<Policy> {
  const policy = await authorizer.load(...(await readPolicyFiles(files)))
  for (const warning of policy.warnings) console.warn(formatDiagnostic(warning))
  return policy
}
