import { UnsupportedOperationError } from '../errors.js'

/**
 * @throws UnsupportedOperationError if a result is cached under a name, because the next user would
 * receive it
 */
export function assertOwnCache(kept: unknown): void {
  if (typeof kept !== 'string') return
  throw new UnsupportedOperationError(
    'unguarded-operation',
    `What an authorized query finds can't be kept as "${kept}": everybody would be given what one may see.`,
    { hint: 'cache(true), or cache(milliseconds), keeps it by the query and its values' },
  )
}
