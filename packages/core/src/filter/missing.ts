import type { Condition } from '../condition/condition.js'
import { conditionsIn } from '../condition/visit.js'

/**
 * Returns the first error for a value not loaded yet, wherever it is in the condition. Such a value
 * never counts as empty, even if other arms of the policy succeed.
 */
export function missingIn(condition: Condition): Error | undefined {
  for (const one of conditionsIn(condition))
    if (one.kind === 'failure' && (one.error.code === 'relation-not-loaded' || one.error.code === 'async-value'))
      return one.error
  return undefined
}
