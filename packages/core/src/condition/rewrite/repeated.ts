import { entryOf } from '../../values/entryOf.js'
import type { Condition } from '../condition.js'
import { FALSE, or } from '../construct.js'
import { isSame, likenessOf } from '../same.js'
import { mapParts } from '../visit.js'

/**
 * Returns a condition in which nothing is tested again that an alternative beside it has tested already. For example,
 * `a or b and (a or c)` becomes `a or b and c`, and `a or a and b` becomes `a`.
 *
 * It has the same outcomes. If `a` is true, so is the whole. If not, `a` makes nothing true that it is a part of, unless it
 * is negated there; if it is an error, so is the whole, unless another alternative is true.
 *
 * @param beside - The alternatives beside it. Default: none.
 */
export function withoutRepeated(condition: Condition, beside?: Beside): Condition {
  if (isBeside(condition, beside)) return FALSE
  switch (condition.kind) {
    case 'or': {
      const arms = [...condition.of]
      const places = new Map<unknown, number[]>()
      for (const [at, arm] of arms.entries()) entryOf(places, likenessOf(arm), () => []).push(at)
      for (const [at, arm] of arms.entries()) arms[at] = withoutRepeated(arm, { arms, places, at, outside: beside })
      return or(...arms)
    }
    case 'not':
      return mapParts(condition, (part) => withoutRepeated(part))
    default:
      // What comes before a repeated test can still be an error.
      return mapParts(condition, (part) => withoutRepeated(part, beside))
  }
}

/** The alternatives beside a condition, and beside those that it is a part of. */
interface Beside {
  readonly arms: readonly Condition[]
  /** The places of alternatives by their likeness. */
  readonly places: ReadonlyMap<unknown, readonly number[]>
  /** The place of the condition. */
  readonly at: number
  readonly outside: Beside | undefined
}

function isBeside(condition: Condition, beside: Beside | undefined): boolean {
  if (condition.kind === 'false') return false
  const likeness = beside && likenessOf(condition)
  for (let around = beside; around; around = around.outside) {
    const { arms, places, at } = around
    if (places.get(likeness)?.some((other) => other !== at && isSame(arms[other]!, condition))) return true
  }
  return false
}
