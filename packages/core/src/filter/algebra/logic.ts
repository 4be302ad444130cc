import type { Definite } from '../../condition/condition.js'

export const TRUE: Definite = { kind: 'true' }
export const FALSE: Definite = { kind: 'false' }

/** A conjunction, flattened. */
export function all(conditions: readonly Definite[]): Definite {
  return joined('and', conditions, 'true', FALSE) ?? TRUE
}

/** A disjunction, flattened. */
export function any(conditions: readonly Definite[]): Definite {
  return joined('or', conditions, 'false', TRUE) ?? FALSE
}

/**
 * Every filter is put together by this, so it goes through its parts once.
 * @param neutral - What adds nothing.
 * @param decisive - What the whole is as soon as it is a part.
 */
function joined(
  kind: 'and' | 'or',
  conditions: readonly Definite[],
  neutral: Definite['kind'],
  decisive: Definite,
): Definite | undefined {
  const of: Definite[] = []
  for (const one of conditions) {
    for (const part of one.kind === kind ? one.of : [one]) {
      if (part.kind === decisive.kind) return decisive
      if (part.kind !== neutral) of.push(part)
    }
  }
  return of.length > 1 ? { kind, of } : of[0]
}
