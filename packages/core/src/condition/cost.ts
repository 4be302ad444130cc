import type { Condition, Definition } from './condition.js'

/**
 * How many parts of a condition are looked at, at most, for one element of each collection. A definition counts wherever it is
 * referred to: a small graph can stand for a tree that nobody lives to see the end of.
 */
export function partsOf(condition: Condition, known: Map<Definition, number> = new Map()): number {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.reduce((sum, one) => sum + partsOf(one, known), 1)
    case 'not':
      return 1 + partsOf(condition.of, known)
    case 'some':
      return 1 + partsOf(condition.where, known)
    case 'ref': {
      // Calls of recursive definitions are counted when they are made.
      if (condition.definition.recursive) return 1
      let parts = known.get(condition.definition)
      if (parts === undefined) {
        parts = 1 + partsOf(condition.definition.condition, known)
        known.set(condition.definition, parts)
      }
      return parts
    }
    default:
      return 1
  }
}
