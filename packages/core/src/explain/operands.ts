import type { Condition, Operand } from '../condition/condition.js'

/** Returns the operands of a leaf, and the list of a quantifier. */
export function operandsOf(condition: Condition): readonly Operand[] {
  switch (condition.kind) {
    case 'compare':
      return [condition.left, condition.right]
    case 'in':
      return [condition.item, condition.list]
    case 'text':
      return [condition.of, condition.part]
    case 'isa':
    case 'test':
    case 'reads':
      return [condition.of]
    case 'some':
      return [condition.from]
    default:
      return []
  }
}
