import type { Expression } from '../../language/ast.js'
import { has } from '../../own.js'
import type { Condition } from '../condition.js'
import { and, not, or } from '../construct.js'
import type { Substitution } from './terms.js'

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
