import type { Condition } from './condition.js'

export const TRUE: Condition = { kind: 'true' }
export const FALSE: Extract<Condition, { kind: 'false' }> = { kind: 'false' }

/** The conditions that a condition is put together of; a definition that it refers to is none of them. */
export function partsIn(condition: Condition): readonly Condition[] {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of
    case 'not':
      return [condition.of]
    case 'some':
      return [condition.where]
    default:
      return none
  }
}
const none: readonly Condition[] = []

/** Conditions with the parts of those of a kind in their place. */
function flattened(kind: 'and' | 'or', conditions: readonly Condition[]): readonly Condition[] {
  let parts: Condition[] | undefined
  for (let at = 0; at < conditions.length; at++) {
    const one = conditions[at]!
    if (one.kind !== kind) {
      parts?.push(one)
      continue
    }
    parts ??= conditions.slice(0, at)
    for (const part of one.of) parts.push(part)
  }
  return parts ?? conditions
}

/** A conjunction, flattened; what stands behind a false is never reached. */
export function and(...conditions: readonly Condition[]): Condition {
  return conjunction(conditions)
}

/** As `and`, of a list. */
export function conjunction(conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  for (const one of flattened('and', conditions)) {
    if (one.kind === 'true') continue
    of.push(one)
    if (one.kind === 'false' || one.kind === 'failure') return of.length === 1 ? one : { kind: 'and', of }
  }
  return of.length === 0 ? TRUE : of.length === 1 ? of[0]! : { kind: 'and', of }
}

/**
 * A disjunction, flattened. What stands behind a true is kept: it is reached when a later part of a conjunction is false, and
 * can be an error. Nothing is reached behind a failure.
 */
export function or(...conditions: readonly Condition[]): Condition {
  return disjunction(conditions)
}

/** As `or`, of a list. */
export function disjunction(conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  let isTrue = false
  for (const one of flattened('or', conditions)) {
    if (one.kind === 'false' || (one.kind === 'true' && isTrue)) continue
    of.push(one)
    isTrue ||= one.kind === 'true'
    if (one.kind === 'failure') return of.length === 1 ? one : { kind: 'or', of }
  }
  return of.length === 0 ? FALSE : of.length === 1 ? of[0]! : { kind: 'or', of }
}

/** A negation. One of a negation stays: it is settled by a single proof, while what is negated twice can have more. */
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
