import type { Schema } from '../../schema/schema.js'
import type { Condition, Definition } from '../condition.js'
import { partsIn } from '../visit.js'
import type { Assumptions } from './assume.js'
import { Facts, noNil } from './facts.js'
import { gather } from './gather.js'
import { inlineOnce } from './inline.js'
import { withoutRepeated } from './repeated.js'
import { settled } from './settled.js'

/**
 * The passes over a residual, as `derive` returns it, and over a condition whose actor is bound.
 * The result has the same three outcomes and is cheaper to evaluate: definitions that are small or
 * used once are inlined, and facts that an earlier part of a conjunction has settled are dropped,
 * such as that a path can be read, or is not nil.
 */
export function simplify(condition: Condition): Condition {
  return new Facts().drop(inlineOnce(condition))
}

/** The passes over the condition of a check, before it is compiled. Default: nothing is assumed. */
export function forCheck(schema: Schema, condition: Condition, assumptions?: Assumptions): Condition {
  return withoutRepeated(gather(schema, withoutRepeated(assumptions?.apply(condition) ?? condition)))
}

/** The passes over the body of a definition that such a condition calls. */
export function forDefinition(schema: Schema, definition: Definition): Condition {
  return withoutRepeated(gather(schema, withoutRepeated(settled(definition)), definition))
}

/**
 * Returns whether a condition can't be simplified and contains no failure. Most residuals for a
 * bound actor are simple: a filter needs no pass over them.
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
