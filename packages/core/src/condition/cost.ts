import { entryOf } from '../values/entryOf.js'
import type { Condition, Definition } from './condition.js'
import { partsIn, variablesIn } from './visit.js'

/**
 * Returns the maximum number of parts evaluated with a single element in each collection. A
 * definition counts at each reference: a small graph can represent a tree too large to ever
 * evaluate.
 * @param known - Memoizes the results of definitions.
 */
export function partsOf(condition: Condition, known: Map<Definition, number> = new Map()): number {
  if (condition.kind !== 'ref') return partsIn(condition).reduce((sum, one) => sum + partsOf(one, known), 1)
  const { definition } = condition
  // Calls of recursive definitions are counted when they are evaluated.
  if (definition.recursive) return 1
  return entryOf(known, definition, () => 1 + partsOf(definition.condition, known))
}

/**
 * Returns whether an evaluation has to count its steps. Needed for deeply nested collections, recursive
 * definitions, goals for the machine and very many parts. All other evaluations end soon, or visit a long
 * collection or search a long list, which count themselves.
 */
export function needsBudget(condition: Condition): boolean {
  return partsOf(condition) > fewParts || loopsOf(condition, new Map()) > fewLoops
}
const fewParts = 1_000
const fewLoops = 2

/** Returns the nesting depth of collections. A recursive definition or a goal for the machine has no limit. */
function loopsOf(condition: Condition, known: Map<Definition, number>): number {
  switch (condition.kind) {
    case 'ref': {
      const { definition } = condition
      if (definition.recursive) return Number.POSITIVE_INFINITY
      return entryOf(known, definition, () => loopsOf(definition.condition, known))
    }
    case 'in':
      return condition.list.kind === 'list' || condition.list.kind === 'value' ? 0 : 1
    case 'opaque':
      return Number.POSITIVE_INFINITY
    default: {
      const within = Math.max(0, ...partsIn(condition).map((one) => loopsOf(one, known)))
      return variablesIn(condition).length + within
    }
  }
}
