import type { Expression } from '../../language/ast.js'
import type { Condition } from '../condition.js'
import { and, not, or } from '../construct.js'

/** An alternative with a `cut`: behind what stands before it nothing else is tried, neither another solution nor what follows. */
export interface Committed {
  readonly guard: Condition
  readonly rest: Condition
}

/** Alternatives in their order. */
export function choose(alternatives: readonly (Condition | Committed)[]): Condition {
  let arms: Condition[] = []
  for (const one of alternatives.toReversed()) {
    if (!('guard' in one)) arms.unshift(one)
    else if (one.guard.kind === 'true') arms = [one.rest]
    else if (one.guard.kind !== 'false') {
      // A negation is settled by the first solution.
      const guarded = and(not(not(one.guard)), one.rest)
      const others = or(...arms)
      arms = others.kind === 'false' ? [guarded] : [guarded, and(not(one.guard), others)]
    }
  }
  return or(...arms)
}

/** An alternative behind what the head of its rule asks. */
export function within(head: Condition, { guard, rest }: Committed): Committed {
  return { guard: and(head, guard), rest }
}

/** Whether a goal has one solution at most, whatever it binds. */
export function hasOneSolution({ kind }: Expression): boolean {
  return kind === 'unify' || kind === 'assign' || kind === 'matches' || kind === 'variable' || kind === 'dot'
}
