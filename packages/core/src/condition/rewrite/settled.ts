import type { Condition, Definition } from '../condition.js'
import { or } from '../construct.js'
import { alternativesOf } from '../visit.js'
import { Facts } from './facts.js'
import { inline } from './inline.js'
import { spread } from './spread.js'

/**
 * Returns the body of a definition without the parts that are settled for every caller, and with
 * small definitions inlined.
 */
export function settled(definition: Definition): Condition {
  const { condition } = definition
  // The arms are kept separate: a loop is recognized by its last arm.
  const arms = alternativesOf(condition).map((one) => new Facts().drop(inline(one)))
  return or(...(definition.recursive ? arms.flatMap((arm) => spread(arm)) : arms))
}
