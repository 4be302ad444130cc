import type { Condition, Definition } from '../../condition/condition.js'
import { partsIn } from '../../condition/construct.js'

/** What is not there yet on the actor's side is never taken for empty, not even where other arms of the policy go on. */
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
