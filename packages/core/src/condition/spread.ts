import { areSeparate } from '../schema/classes.js'
import type { Schema } from '../schema/schema.js'
import type { Condition, Definition, IsA } from './condition.js'
import { and } from './construct.js'
import { isSameOperand } from './factor.js'

/**
 * Returns an alternative of a recursive definition as several, so that its next call is the last goal of one of them:
 * `parent != nil and (parent is File and p or parent is Folder and again)` becomes
 * `parent != nil and parent is File and p` and `parent != nil and parent is Folder and again`. Such a call can be a loop.
 */
export function spread(schema: Schema, definition: Definition, arm: Condition): readonly Condition[] {
  const goals = arm.kind === 'and' ? arm.of : [arm]
  const last = goals.at(-1)!
  const guard = goals.slice(0, -1)
  if (last.kind !== 'or' || !guard.every(isTest) || !testSeparateClasses(schema, last.of)) return [arm]
  const next = last.of.findIndex((one) => isCallOf(one, definition))
  if (next < 0) return [arm]
  // At most one of them is true, so that they can change places.
  const arms = [...last.of.slice(0, next), ...last.of.slice(next + 1), last.of[next]!]
  return arms.map((one) => and(...guard, one))
}

/** Returns whether a condition has a single solution, and needs no search. */
function isTest({ kind }: Condition): boolean {
  return kind === 'compare' || kind === 'test' || kind === 'isa' || kind === 'reads'
}

/** Returns whether alternatives begin with tests of the class of the same operand, of which at most one is true. */
function testSeparateClasses(schema: Schema, arms: readonly Condition[]): boolean {
  const tests = arms.map(classTestOf).filter((one) => one !== undefined)
  return (
    tests.length === arms.length &&
    tests.every((one) => isSameOperand(one.of, tests[0]!.of)) &&
    areSeparate(
      schema,
      tests.map(({ model }) => model),
    )
  )
}

function classTestOf(condition: Condition): IsA | undefined {
  const first = condition.kind === 'and' ? condition.of[0]! : condition
  return first.kind === 'isa' ? first : undefined
}

function isCallOf(arm: Condition, definition: Definition): boolean {
  const last = arm.kind === 'and' ? arm.of.at(-1)! : arm
  return last.kind === 'ref' && last.definition === definition
}
