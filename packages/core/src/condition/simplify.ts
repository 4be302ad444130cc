import { QueryError } from '../errors.js'
import type { Condition, Definition } from './condition.js'
import { or } from './construct.js'
import { Facts, noNil } from './facts.js'
import { spread } from './spread.js'
import { substitute } from './substitute.js'
import { conditionsIn, mapParts, partsIn } from './visit.js'

/**
 * Definitions up to this size are inlined at each reference; larger ones only if they have a single
 * reference.
 */
const inlineSize = 64

/**
 * Returns a condition with the same three outcomes that is cheaper to evaluate.
 *
 * Definitions that are small or used once are inlined. Facts that an earlier part of a conjunction
 * has settled are not evaluated again. Such facts are that a path can be read, or is not nil.
 */
export function simplify(condition: Condition): Condition {
  const uses = new Map<Definition, number>()
  for (const one of conditionsIn(condition))
    if (one.kind === 'ref') uses.set(one.definition, (uses.get(one.definition) ?? 0) + 1)
  return new Facts().drop(inline(condition, (definition) => uses.get(definition) === 1))
}

/** @param isUsedOnce - Whether a definition has a single reference, so that it is inlined whatever its size. */
function inline(condition: Condition, isUsedOnce: (definition: Definition) => boolean): Condition {
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
    if (sizeOf(body) > inlineSize && !isUsedOnce(definition)) return one
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

/**
 * Returns whether a condition can't be simplified and contains no failure. Most residuals for a
 * bound actor are simple.
 */
export function isSimple(condition: Condition): boolean {
  switch (condition.kind) {
    case 'not':
      return condition.of.kind !== 'not' && isSimple(condition.of)
    case 'compare':
      return noNil(condition) === undefined
    case 'reads':
    case 'ref':
    case 'failure':
      return false
    default:
      return partsIn(condition).every(isSimple)
  }
}

/**
 * Returns the body of a definition without the parts that are settled for every caller, and with small definitions
 * inlined.
 */
export function settledBody(definition: Definition): Condition {
  const { condition } = definition
  const settled = (one: Condition): Condition => new Facts().drop(inline(one, () => false))
  // The arms are kept separate: a loop is recognized by its last arm.
  const arms = (condition.kind === 'or' ? condition.of : [condition]).map(settled)
  return or(...(definition.recursive ? arms.flatMap((arm) => spread(definition, arm)) : arms))
}

function sizeOf(condition: Condition): number {
  return partsIn(condition).reduce((sum, one) => sum + sizeOf(one), 1)
}
