import { ownOf } from '../own.js'
import type { Condition, Origin } from './condition.js'

export const TRUE: Extract<Condition, { kind: 'true' }> = { kind: 'true' }
export const FALSE: Extract<Condition, { kind: 'false' }> = { kind: 'false' }

/** Returns conditions in which those of a kind are replaced by their parts. */
function flattened(kind: 'and' | 'or', conditions: readonly Condition[]): readonly Condition[] {
  let parts: Condition[] | undefined
  for (let at = 0; at < conditions.length; at++) {
    const one = conditions[at]!
    if (one.kind !== kind || originOf(one)) {
      parts?.push(one)
      continue
    }
    parts ??= conditions.slice(0, at)
    for (const part of one.of) parts.push(part)
  }
  return parts ?? conditions
}

/**
 * Returns a flattened conjunction, cut off after a false or a failure: nothing behind it is
 * evaluated.
 */
export function and(...conditions: readonly Condition[]): Condition {
  return conjunction(conditions)
}

/**
 * Returns a condition marked with its origin. Conditions that end a conjunction, and the empty rest
 * of a caller, have none.
 */
export function marked(condition: Condition, origin: Origin): Condition {
  switch (condition.kind) {
    case 'false':
    case 'failure':
      return condition
    case 'true':
      return origin === 'rest' ? condition : { kind: 'and', of: [], origin }
    case 'and':
      return { kind: 'and', of: originOf(condition) ? [condition] : condition.of, origin }
    default:
      return { kind: 'and', of: [condition], origin }
  }
}

/** Returns the origin of a conjunction; undefined for any other condition. */
export function originOf(condition: Condition): Origin | undefined {
  return condition.kind === 'and' ? ownOf(condition, 'origin') : undefined
}

/** Same as `and`, for an array. */
export function conjunction(conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  for (const one of flattened('and', conditions)) {
    if (one.kind === 'true') continue
    of.push(one)
    if (one.kind === 'false' || one.kind === 'failure') return of.length === 1 ? one : { kind: 'and', of }
  }
  return of.length === 0 ? TRUE : of.length === 1 ? of[0]! : { kind: 'and', of }
}

/** Returns a flattened disjunction: true if a part is, whatever the others are. */
export function or(...conditions: readonly Condition[]): Condition {
  return disjunction(conditions)
}

/** Same as `or`, for an array. */
export function disjunction(conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  for (const one of flattened('or', conditions)) {
    if (one.kind === 'true') return one
    if (one.kind !== 'false') of.push(one)
  }
  return of.length === 0 ? FALSE : of.length === 1 ? of[0]! : { kind: 'or', of }
}

/**
 * Returns a negation. A double negation is kept: it has at most a single solution, while its
 * operand can have more.
 */
export function not(condition: Condition): Condition {
  switch (condition.kind) {
    case 'true':
      return FALSE
    case 'false':
      return TRUE
    case 'failure':
      return condition
    default:
      return { kind: 'not', of: condition }
  }
}
