import { QueryError } from '../../errors.js'
import type { Condition, Definition } from '../condition.js'
import { substitute } from '../substitute.js'
import { conditionsIn, mapParts, partsIn } from '../visit.js'

/** Definitions up to this size are inlined at each reference. */
const inlineSize = 64

/**
 * Returns a condition with the bodies of definitions in place of references, if they are small and
 * not recursive.
 * @param always - Definitions that are inlined whatever their size. Default: none.
 */
export function inline(condition: Condition, always: ReadonlySet<Definition> = new Set()): Condition {
  const inlined = new Map<Definition, Condition>()
  const simple = (one: Condition): Condition => {
    if (one.kind !== 'ref') return mapParts(one, simple)
    const { definition } = one
    if (definition.recursive) return one
    let body = inlined.get(definition)
    if (!body) {
      body = simple(definition.condition)
      inlined.set(definition, body)
    }
    if (sizeOf(body) > inlineSize && !always.has(definition)) return one
    const args = new Map(definition.parameters.map((parameter, index) => [parameter, one.args[index]!]))
    try {
      return substitute(body, (root) => (root.kind === 'parameter' ? args.get(root) : undefined))
    } catch (error) {
      if (error instanceof QueryError && error.code === 'filter-too-large') return one
      throw error
    }
  }
  return simple(condition)
}

/** Returns the definitions that have a single reference. */
export function referencedOnce(condition: Condition): ReadonlySet<Definition> {
  const once = new Set<Definition>()
  const all = new Set<Definition>()
  for (const one of conditionsIn(condition)) {
    if (one.kind !== 'ref') continue
    if (all.has(one.definition)) once.delete(one.definition)
    else once.add(one.definition)
    all.add(one.definition)
  }
  return once
}

function sizeOf(condition: Condition): number {
  return partsIn(condition).reduce((sum, one) => sum + sizeOf(one), 1)
}
