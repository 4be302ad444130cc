import type { Condition } from '../condition.js'
import { and, FALSE } from '../construct.js'
import type { Next, Substitution } from './terms.js'
/**
 * The bindings that a unification adds, and the conditions under which it holds; undefined if it
 * never holds.
 */
export type Unified = { readonly bound: Substitution; readonly conditions: readonly Condition[] } | undefined

/**
 * Derives the goals that a unification wakes, each followed by those that it wakes, then the
 * continuation.
 */
export function onward(unified: Unified, next: Next): Condition {
  if (!unified) return FALSE
  const last = unified.conditions.at(-1)?.kind
  const isNever = last === 'false' || last === 'failure'
  return and(...unified.conditions, isNever ? FALSE : proceed(unified.bound, next))
}

function proceed(bound: Substitution, next: Next): Condition {
  const { woken } = bound
  if (woken.length === 0) return next(bound)
  const solve = (at: number, from: Substitution): Condition =>
    at === woken.length ? next(from) : woken[at]!.resume(from, (after) => solve(at + 1, after))
  return solve(0, bound.awake())
}
