import type { Condition } from './condition.js'

export const TRUE: Condition = { kind: 'true' }
export const FALSE: Condition = { kind: 'false' }

/** A conjunction, flattened; what stands behind a false is never reached. */
export function and(...conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  for (const condition of conditions) {
    for (const one of condition.kind === 'and' ? condition.of : [condition]) {
      if (one.kind === 'true') continue
      of.push(one)
      if (one.kind === 'false' || one.kind === 'failure') return of.length === 1 ? one : { kind: 'and', of }
    }
  }
  return of.length === 0 ? TRUE : of.length === 1 ? of[0]! : { kind: 'and', of }
}

/**
 * A disjunction, flattened. What stands behind a true is kept: it is reached when a later part of a conjunction is false, and
 * can be an error. Nothing is reached behind a failure.
 */
export function or(...conditions: readonly Condition[]): Condition {
  const of: Condition[] = []
  let isTrue = false
  for (const condition of conditions) {
    for (const one of condition.kind === 'or' ? condition.of : [condition]) {
      if (one.kind === 'false' || (one.kind === 'true' && isTrue)) continue
      of.push(one)
      isTrue ||= one.kind === 'true'
      if (one.kind === 'failure') return of.length === 1 ? one : { kind: 'or', of }
    }
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
