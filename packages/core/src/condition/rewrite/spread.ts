import type { Condition, Definition } from '../condition.js'
import { and } from '../construct.js'
import { goalsOf } from '../visit.js'

/**
 * Returns an alternative of a recursive definition as several, so that its next call is the last goal of one of them:
 * `parent != nil and (parent is File and p or parent is Folder and again)` becomes
 * `parent != nil and parent is File and p` and `parent != nil and parent is Folder and again`. Such a call can be a loop.
 */
export function spread(definition: Definition, arm: Condition): readonly Condition[] {
  const goals = goalsOf(arm)
  const last = goals.at(-1)!
  const guard = goals.slice(0, -1)
  const isSpread = last.kind === 'or' && guard.every(isTest) && last.of.some((one) => isCallOf(one, definition))
  return isSpread ? last.of.map((one) => and(...guard, one)) : [arm]
}

/** Returns whether a condition needs no search: it is evaluated once for each alternative. */
function isTest({ kind }: Condition): boolean {
  return kind === 'compare' || kind === 'test' || kind === 'isa' || kind === 'reads'
}

function isCallOf(arm: Condition, definition: Definition): boolean {
  const last = arm.kind === 'and' ? arm.of.at(-1)! : arm
  return last.kind === 'ref' && last.definition === definition
}
