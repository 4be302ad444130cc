import type { Authorizer } from '../authorizer/authorizer.js'
import { formatDiagnostic } from '../language/formatDiagnostic.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

/**
 * Loads files as one policy and replaces the active policy. Errors name the file, line and column.
 * The policy's `warnings` are printed by `console.warn`.
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
  const policy = await authorizer.load(...(await readPolicyFiles(files)))
  for (const warning of policy.warnings) console.warn(formatDiagnostic(warning))
  return policy
}
