import type { Policy } from './policy.js'
import { sha256 } from './sha256.js'

const versions = new WeakMap<object, string>()

/**
 * Returns the version of a policy: the first 32 digits of the SHA-256 of its texts, one after the other. It is computed
 * when it is first needed.
 */
export function versionOf(policy: Pick<Policy, 'sources'>): string {
  const known = versions.get(policy)
  if (known !== undefined) return known
  const version = sha256(policy.sources.map(({ text }) => text).join('')).slice(0, 32)
  versions.set(policy, version)
  return version
}
