import type { Condition, Definition, Ref } from '../condition.js'
import { and, or } from '../construct.js'
import { alternativesOf, goalsOf } from '../visit.js'
import { Facts } from './facts.js'
import { inline } from './inline.js'

/**
 * Returns the body of a definition without the parts that are settled for every caller, and with
 * small definitions inlined.
 */
export function settled(definition: Definition): Condition {
  const { condition } = definition
  // The arms are kept separate: a loop is recognized by its last arm.
  const arms = alternativesOf(condition).map((one) => new Facts().drop(inline(one)))
  return or(...(definition.recursive ? arms.flatMap((arm) => spread(arm)) : arms))
}

/**
 * Returns an alternative of a recursive definition as several, so that a recursive call is the last goal of one of them:
 * `parent != nil and (parent is File and p or parent is Folder and again)` becomes
 * `parent != nil and parent is File and p` and `parent != nil and parent is Folder and again`. Such a call can be a loop.
 */
function spread(arm: Condition): readonly Condition[] {
  const goals = goalsOf(arm)
  const last = goals.at(-1)!
  const guard = goals.slice(0, -1)
  if (last.kind !== 'or' || !guard.every(isTest)) return [arm]
  const arms = last.of.flatMap(spread)
  return arms.some(callAtEnd) ? arms.map((one) => and(...guard, one)) : [arm]
}

/** Returns whether a condition needs no search: it is evaluated once for each alternative. */
function isTest({ kind }: Condition): boolean {
  return kind === 'compare' || kind === 'test' || kind === 'isa' || kind === 'reads'
}

/** Returns the last goal, if it is a call of a recursive definition. */
function callAtEnd(arm: Condition): Ref | undefined {
  const last = goalsOf(arm).at(-1)!
  return last.kind === 'ref' && last.definition.recursive ? last : undefined
}
