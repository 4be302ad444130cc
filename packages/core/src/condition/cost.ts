import type { Condition, Definition } from './condition.js'
import { partsIn } from './construct.js'

/**
 * How many parts of a condition are looked at, at most, for one element of each collection. A definition counts wherever it is
 * referred to: a small graph can stand for a tree that nobody lives to see the end of.
 */
export function partsOf(condition: Condition, known: Map<Definition, number> = new Map()): number {
  if (condition.kind !== 'ref') return partsIn(condition).reduce((sum, one) => sum + partsOf(one, known), 1)
  const { definition } = condition
  // Calls of recursive definitions are counted when they are made.
  if (definition.recursive) return 1
  let parts = known.get(definition)
  if (parts === undefined) {
    parts = 1 + partsOf(definition.condition, known)
    known.set(definition, parts)
  }
  return parts
}

/**
 * Whether an evaluation has to count what it does: where collections are looked at within others, where definitions ask
 * themselves, where the machine is asked, and where there is very much to ask. Elsewhere it ends soon by itself.
 */
export function needsBudget(condition: Condition): boolean {
  return partsOf(condition) > fewParts || loopsOf(condition, new Map()) > 1
}
const fewParts = 1_000

/** How deep collections are looked at within each other; asking itself or the machine counts as deep. */
function loopsOf(condition: Condition, known: Map<Definition, number>): number {
  switch (condition.kind) {
    case 'ref': {
      const { definition } = condition
      if (definition.recursive) return 2
      let loops = known.get(definition)
      if (loops === undefined) {
        loops = loopsOf(definition.condition, known)
        known.set(definition, loops)
      }
      return loops
    }
    case 'in':
      return condition.list.kind === 'list' || condition.list.kind === 'value' ? 0 : 1
    case 'opaque':
      return 2
    default: {
      const within = Math.max(0, ...partsIn(condition).map((one) => loopsOf(one, known)))
      return condition.kind === 'some' ? 1 + within : within
    }
  }
}
