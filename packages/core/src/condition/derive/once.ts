import type { Condition } from '../condition.js'
import { TRUE } from '../construct.js'
import type { Next, Substitution } from './terms.js'

/**
 * Derives a goal that binds nothing for its continuation as a condition of its own: it counts once,
 * however many of its alternatives are true.
 * @returns undefined if an alternative leaves a goal waiting: then the continuation belongs to each
 * alternative.
 */
export function countedOnce(bound: Substitution, derive: (end: Next) => Condition): Condition | undefined {
  let isDecided = true
  const found = derive((end) => {
    isDecided &&= end.waitsLike(bound)
    return TRUE
  })
  return isDecided ? found : undefined
}
