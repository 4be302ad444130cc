import type { Definite } from './condition.js'

export const TRUE: Definite = { kind: 'true' }
export const FALSE: Definite = { kind: 'false' }

/** A conjunction, flattened. */
export function all(conditions: readonly Definite[]): Definite {
  const of = conditions.flatMap((one) => (one.kind === 'and' ? one.of : [one])).filter((one) => one.kind !== 'true')
  if (of.some((one) => one.kind === 'false')) return FALSE
  return of.length === 0 ? TRUE : of.length === 1 ? of[0]! : { kind: 'and', of }
}

/** A disjunction, flattened. */
export function any(conditions: readonly Definite[]): Definite {
  const of = conditions.flatMap((one) => (one.kind === 'or' ? one.of : [one])).filter((one) => one.kind !== 'false')
  if (of.some((one) => one.kind === 'true')) return TRUE
  return of.length === 0 ? FALSE : of.length === 1 ? of[0]! : { kind: 'or', of }
}
