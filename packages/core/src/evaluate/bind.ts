import type { Condition } from '../condition/condition.js'
import type { Meaning } from '../predicate/meaning.js'
import type { Missing, Unloaded } from '../schema/wanted.js'
import { conditionOf, evaluate } from './evaluate.js'
import { linked } from './link.js'
import { Residual } from './residual.js'

/**
 * Binds a condition to an actor: computes known operands and unrolls quantifiers over the actor's
 * own collections. The result depends on the resource alone. A condition that fails for every row
 * becomes a `failure`.
 * @param unloaded - How to treat a relation that is not loaded. Default `'error'`.
 * @param missing - The values that have arrived in place of missing ones.
 * @param before - The row before, for a condition of `allow_update`.
 * @param resource - The row itself, if it is known: the result is true, false, or a failure, then.
 */
export function bind(
  condition: Condition,
  actor: unknown,
  action: unknown,
  meaning: Meaning,
  unloaded: Unloaded = 'error',
  missing?: Missing,
  before?: object,
  resource?: object,
): Condition {
  const step = linked(condition, meaning)
  const { scope } = step
  const residual = new Residual(meaning, missing, unloaded)
  const frame = scope.layout.frame(actor, resource, action, residual.budget)
  for (const root of scope.roots) if (root.kind === 'before') frame[scope.slot(root)] = before
  // Sound: what is exact is never undecided.
  return conditionOf(evaluate(step, frame, residual) as boolean | Condition)
}
