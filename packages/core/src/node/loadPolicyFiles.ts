import type { Authorizer } from '../authorizer/authorizer.js'
import { engineOf } from '../authorizer/decisions/engine.js'
import { invalidArgument } from '../errors.js'
import { own } from '../own.js'
import type { Policy } from '../policy/policy.js'
import { readPolicyFiles } from './policyFile.js'

export interface LoadOptions {
  /**
   * The path of a snapshot, or of an existing folder for it: the next process that loads the same
   * texts with the same schema neither parses nor checks them again. A snapshot is data, never code.
   * One that is damaged, or of another text, schema or version, is replaced. Whoever can write the
   * file can change the policy. Default: nothing is kept.
   */
  readonly cache?: string | undefined
}

/**
 * Loads files as one policy and replaces the active policy. Errors name the file, line and column.
 * The option `log` of the authorizer receives the policy's warnings.
 * @param files - The paths of the files, relative to the working directory or absolute. Options can follow them.
 * @throws ArgumentError if a file can't be read; PolicyError as `Authorizer.load`. The old policy
 * then stays active.
 *
 * @example
 * ```ts
 * await loadPolicyFiles(authorizer, 'policy/main.polar', 'policy/billing.polar')
 * await loadPolicyFiles(authorizer, 'policy.polar', { cache: 'policy.cache.json' })
 * ```
 */
export async function loadPolicyFiles(
  authorizer: Authorizer,
  ...files: readonly string[] | readonly [...string[], LoadOptions]
): Promise<Policy> {
  const last = files.at(-1)
  const options = typeof last === 'object' && last !== null && !Array.isArray(last) ? own(last) : undefined
  // Sound: each path is asserted to be a string.
  const sources = await readPolicyFiles((options ? files.slice(0, -1) : files) as readonly string[])
  const { cache } = options ?? {}
  if (cache === undefined) return authorizer.load(...sources)
  if (typeof cache !== 'string' || cache === '')
    throw invalidArgument('The option `cache` must be a path.', {
      hint: "pass the path of a file: { cache: 'policy.cache.json' }",
    })
  const engine = engineOf(authorizer)
  if (!engine) return authorizer.load(...sources)
  // Most applications keep none.
  const { PolicySnapshot } = await import('./policySnapshot.js')
  const snapshot = await PolicySnapshot.open(cache)
  const policy = await engine.active.load(sources, { snapshots: snapshot })
  await snapshot.save()
  return policy
}
