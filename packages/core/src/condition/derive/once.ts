import type { Condition } from '../condition.js'
import { and, TRUE } from '../construct.js'
import type { Next, Substitution } from './terms.js'

/**
 * Derives a goal that binds nothing for its continuation: it counts once, however many of its alternatives are true.
 * Only an alternative that leaves a goal waiting has the continuation for itself. In `(n > r.stars or r.owner = u) and
 * r.open`, a closed repository is denied, whether its owner can be read or not.
 */
export function countedOnce(bound: Substitution, next: Next, derive: (end: Next) => Condition): Condition {
  let isCounted = false
  const found = derive((end) => {
    if (!end.waitsLike(bound)) return next(end)
    isCounted = true
    return TRUE
  })
  return isCounted ? and(found, next(bound)) : found
}
