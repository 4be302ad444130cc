import { entryOf } from '../../values/entryOf.js'
import type { Condition } from '../condition.js'
import { and, FALSE, not, or, TRUE } from '../construct.js'
import { isSame, likenessOf } from '../same.js'
import { goalsOf, mapParts, partsIn } from '../visit.js'

/**
 * Returns a condition in which nothing is tested again that an alternative beside it, or a goal before it, has tested
 * already. For example, `a or b and (a or c)` becomes `a or b and c`, `a or a and b` becomes `a`, `a and (a and b or c)`
 * becomes `a and (b or c)`, and in `a and b or c and a and d and b` the last test becomes false.
 *
 * It has the same outcomes. If `a` is true, so is the whole. If not, `a` makes nothing true that it is a part of, unless it
 * is negated there; if it is an error, so is the whole, unless another alternative is true.
 *
 * @param beside - The alternatives beside it. Default: none.
 * @param before - What is true where it is evaluated. Default: nothing.
 */
export function withoutRepeated(condition: Condition, beside?: Beside, before: readonly Condition[] = []): Condition {
  if (before.some((one) => isSame(one, condition))) return TRUE
  if (isBeside(condition, beside, before)) return FALSE
  switch (condition.kind) {
    case 'or': {
      const arms = [...condition.of]
      const places = new Map<unknown, number[]>()
      for (const [at, arm] of arms.entries()) entryOf(places, likenessOf(lastOf(arm)), () => []).push(at)
      for (const [at, arm] of arms.entries())
        arms[at] = withoutRepeated(arm, { arms, places, at, outside: beside }, before)
      return or(...arms)
    }
    case 'and': {
      // What comes before a repeated test can still be an error.
      let here = before
      return and(
        ...condition.of.map((one) => {
          const part = withoutRepeated(one, beside, here)
          here = [...here, ...truthsOf(one, true)]
          return part
        }),
      )
    }
    case 'not':
      return mapParts(condition, (part) => withoutRepeated(part, undefined, before))
    default:
      return mapParts(condition, (part) => withoutRepeated(part, beside, before))
  }
}

/** Returns the conditions that follow from one that is true, or from one that is false. */
function truthsOf(condition: Condition, isTrue: boolean): readonly Condition[] {
  if (condition.kind === 'not') return truthsOf(condition.of, !isTrue)
  if (condition.kind === (isTrue ? 'and' : 'or')) return partsIn(condition).flatMap((part) => truthsOf(part, isTrue))
  return [isTrue ? condition : not(condition)]
}

/** The alternatives beside a condition, and beside those that it is a part of. */
interface Beside {
  readonly arms: readonly Condition[]
  /** The places of alternatives by the likeness of their last test. */
  readonly places: ReadonlyMap<unknown, readonly number[]>
  /** The place of the condition. */
  readonly at: number
  readonly outside: Beside | undefined
}

/** Returns whether an alternative beside a condition consists of it, and of goals that are true before it. */
function isBeside(condition: Condition, beside: Beside | undefined, before: readonly Condition[]): boolean {
  if (condition.kind === 'false') return false
  const likeness = beside && likenessOf(lastOf(condition))
  const isTested = (goal: Condition): boolean => isSame(condition, goal) || before.some((one) => isSame(one, goal))
  // What comes before the last goal of a conjunction can be an error.
  const isMet = (arm: Condition): boolean =>
    condition.kind === 'and' ? isSame(condition, arm) : goalsOf(arm).every(isTested)
  for (let around = beside; around; around = around.outside) {
    const { arms, places, at } = around
    if (places.get(likeness)?.some((other) => other !== at && isMet(arms[other]!))) return true
  }
  return false
}

function lastOf(condition: Condition): Condition {
  return goalsOf(condition).at(-1) ?? condition
}
