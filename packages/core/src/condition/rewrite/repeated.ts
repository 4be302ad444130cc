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
export function withoutRepeated(condition: Condition, beside?: Beside, before?: Before): Condition {
  if (before?.has(condition)) return TRUE
  if (isBeside(condition, beside, before)) return FALSE
  switch (condition.kind) {
    case 'or': {
      const arms = [...condition.of]
      const places: Places = new Map()
      for (const [at, arm] of arms.entries()) note(places, arm, at)
      for (const [at, arm] of arms.entries()) {
        const rest = withoutRepeated(arm, { arms, places, at, outside: beside }, before)
        arms[at] = rest
        if (rest !== arm) note(places, rest, at)
      }
      return or(...arms)
    }
    case 'and': {
      // What comes before a repeated test can still be an error.
      const here = new Before(before)
      return and(
        ...condition.of.map((one) => {
          const part = withoutRepeated(one, beside, here)
          for (const truth of truthsOf(one, true)) here.add(truth)
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

/** The conditions that are true where another one is evaluated. */
class Before {
  readonly #byLikeness = new Map<unknown, Condition[]>()

  constructor(private readonly outside: Before | undefined) {}

  add(condition: Condition): void {
    entryOf(this.#byLikeness, likenessOf(condition), () => []).push(condition)
  }

  has(condition: Condition): boolean {
    const alike = this.#byLikeness.get(likenessOf(condition))
    return alike?.some((one) => isSame(one, condition)) || this.outside?.has(condition) === true
  }

  /** Returns whether one of them has a likeness that a test accepts. */
  some(test: (likeness: unknown) => boolean): boolean {
    return [...this.#byLikeness.keys()].some(test) || this.outside?.some(test) === true
  }
}

/**
 * The places of alternatives by the likeness of their last goal, and of their first one, since thousands can have the same
 * last goal.
 */
type Places = Map<unknown, Map<unknown, number[]>>

function note(places: Places, arm: Condition, at: number): void {
  const ofLast = entryOf(places, likenessOf(lastOf(arm)), () => new Map<unknown, number[]>())
  entryOf(ofLast, likenessOf(firstOf(arm)), () => []).push(at)
}

/** The alternatives beside a condition, and beside those that it is a part of. */
interface Beside {
  readonly arms: readonly Condition[]
  readonly places: Places
  /** The place of the condition. */
  readonly at: number
  readonly outside: Beside | undefined
}

/** Returns whether an alternative beside a condition consists of it, and of goals that are true before it. */
function isBeside(condition: Condition, beside: Beside | undefined, before: Before | undefined): boolean {
  if (condition.kind === 'false') return false
  const likeness = beside && likenessOf(lastOf(condition))
  const isTested = (goal: Condition): boolean => isSame(condition, goal) || before?.has(goal) === true
  // What comes before the last goal of a conjunction can be an error.
  const isMet = (arm: Condition): boolean =>
    condition.kind === 'and' ? isSame(condition, arm) : goalsOf(arm).every(isTested)
  for (let around = beside; around; around = around.outside) {
    const { arms, places, at } = around
    const ofLast = places.get(likeness)
    const isFound = (first: unknown): boolean =>
      ofLast?.get(first)?.some((other) => other !== at && isMet(arms[other]!)) === true
    // The first goal of such an alternative is tested, too.
    if (ofLast && (isFound(likenessOf(firstOf(condition))) || before?.some(isFound))) return true
  }
  return false
}

function firstOf(condition: Condition): Condition {
  return goalsOf(condition)[0] ?? condition
}

function lastOf(condition: Condition): Condition {
  return goalsOf(condition).at(-1) ?? condition
}
