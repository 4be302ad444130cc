import type { Expression } from '../../language/ast.js'
import { has } from '../../own.js'
import type { Condition } from '../condition.js'
import { and, not, or, TRUE } from '../construct.js'
import type { Next, Substitution } from './terms.js'

/**
 * An alternative with a `cut`. Once `guard` is true, neither another of its solutions nor a later
 * alternative is tried.
 */
export interface Committed {
  readonly guard: Condition
  readonly rest: Condition
}

/** Returns the disjunction of alternatives in order, with the effect of each `cut`. */
export function choose(alternatives: readonly (Condition | Committed)[]): Condition {
  let arms: Condition[] = []
  for (const one of alternatives.toReversed()) {
    if (!has(one, 'guard')) arms.unshift(one)
    else if (one.guard.kind === 'true') arms = [one.rest]
    else if (one.guard.kind !== 'false') {
      // The double negation keeps the first solution only.
      const guarded = and(not(not(one.guard)), one.rest)
      const others = or(...arms)
      arms = others.kind === 'false' ? [guarded] : [guarded, and(not(one.guard), others)]
    }
  }
  return or(...arms)
}

/** Returns an alternative whose guard includes the condition of its rule's head. */
export function within(head: Condition, { guard, rest }: Committed): Committed {
  return { guard: and(head, guard), rest }
}

/** Returns whether a goal has at most a single solution, whatever it binds. */
export function hasOneSolution({ kind }: Expression): boolean {
  return kind === 'unify' || kind === 'assign' || kind === 'matches' || kind === 'variable' || kind === 'dot'
}

/** Returns whether a search of a list that waited before a solution is part of it: its element has a value there alone. */
export function hasSearched({ waiting }: Substitution, solution: Substitution): boolean {
  return waiting.some((goal) => goal.at.kind === 'in' && !solution.waiting.includes(goal))
}

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
