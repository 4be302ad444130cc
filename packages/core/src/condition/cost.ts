import { entryOf } from '../values/entryOf.js'
import type { Condition, Definition } from './condition.js'
import { partsIn, variablesIn } from './visit.js'

/**
 * Returns the maximum number of parts evaluated with a single element in each collection. A
 * definition counts at each reference: a small graph can represent a tree too large to ever
 * evaluate.
 */
export function partsOf(condition: Condition): number {
  if (condition.kind !== 'ref') return partsIn(condition).reduce((sum, one) => sum + partsOf(one), 1)
  const { definition } = condition
  // Calls of recursive definitions are counted when they are evaluated.
  if (definition.recursive) return 1
  return entryOf(partsOfDefinitions, definition, () => 1 + partsOf(definition.condition))
}
const partsOfDefinitions = new WeakMap<Definition, number>()

/** Returns the number of parts of a condition, without the bodies of definitions. */
export function sizeOf(condition: Condition): number {
  return partsIn(condition).reduce((sum, one) => sum + sizeOf(one), 1)
}

/**
 * Returns whether an evaluation has to count its steps. Needed for deeply nested collections, recursive
 * definitions, goals for the machine and very many parts. All other evaluations end soon, or visit a long
 * collection or search a long list, which count themselves.
 */
export function needsBudget(condition: Condition): boolean {
  return partsOf(condition) > fewParts || loopsOf(condition) > fewLoops
}
const fewParts = 1_000
const fewLoops = 2

/** Returns the nesting depth of collections. A recursive definition or a goal for the machine has no limit. */
function loopsOf(condition: Condition): number {
  switch (condition.kind) {
    case 'ref': {
      const { definition } = condition
      if (definition.recursive) return Number.POSITIVE_INFINITY
      return entryOf(loopsOfDefinitions, definition, () => loopsOf(definition.condition))
    }
    case 'in':
      return condition.list.kind === 'list' || condition.list.kind === 'value' ? 0 : 1
    case 'opaque':
      return Number.POSITIVE_INFINITY
    default: {
      const within = Math.max(0, ...partsIn(condition).map((one) => loopsOf(one)))
      return variablesIn(condition).length + within
    }
  }
}
const loopsOfDefinitions = new WeakMap<Definition, number>()
