import type { Definite } from '../../condition/condition.js'

export const TRUE: Definite = { kind: 'true' }
export const FALSE: Definite = { kind: 'false' }

/** Returns a flattened conjunction. */
export function all(conditions: readonly Definite[]): Definite {
  return joined('and', conditions, 'true', FALSE) ?? TRUE
}

/** Returns a flattened disjunction. */
export function any(conditions: readonly Definite[]): Definite {
  return joined('or', conditions, 'false', TRUE) ?? FALSE
}

/**
 * Joins conditions in one pass: every filter is built by this.
 * @param neutral - The kind of a part that adds nothing.
 * @param decisive - The result if any part is of this kind.
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
