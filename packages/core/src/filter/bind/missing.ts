import type { Condition, Definition } from '../../condition/condition.js'
import { partsIn } from '../../condition/construct.js'

/**
 * Returns the first error for a value not loaded yet, wherever it is in the condition. Such a value
 * never counts as empty, even if other arms of the policy succeed.
 */
export function missingIn(condition: Condition, seen: Set<Definition> = new Set()): Error | undefined {
  switch (condition.kind) {
    case 'ref': {
      const { definition } = condition
      if (seen.has(definition)) return undefined
      seen.add(definition)
      return missingIn(definition.condition, seen)
    }
    case 'failure':
      return condition.error.code === 'relation-not-loaded' || condition.error.code === 'async-value'
        ? condition.error
        : undefined
    default:
      for (const one of partsIn(condition)) {
        const error = missingIn(one, seen)
        if (error) return error
      }
      return undefined
  }
}
