import type { Condition, Operand } from '../condition/condition.js'
import { operandsIn } from '../condition/visit.js'

/** Returns the operands of a leaf, and the list of a quantifier. None for calls, which have leaves of their own. */
export function operandsOf(condition: Condition): readonly Operand[] {
  return condition.kind === 'ref' || condition.kind === 'opaque' ? [] : operandsIn(condition)
}
