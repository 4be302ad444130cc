import { unguardedOperation } from '../errors.js'

/**
 * @throws UnsupportedOperationError if a result is cached under a name, because the next user would
 * receive it
 */
export function assertOwnCache(kept: unknown): void {
  if (typeof kept !== 'string') return
  throw unguardedOperation(
    `The result of an authorized query must not be cached as "${kept}": all users would share it.`,
    { hint: 'use cache(true) or cache(milliseconds): the query and its values are the key then' },
  )
}
