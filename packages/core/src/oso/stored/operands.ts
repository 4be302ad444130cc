import type { Compare, In, IsA, Operand, Path, Text } from '../../condition/condition.js'

/** Returns the operands of a leaf. */
export function operandsOf(leaf: Compare | In | IsA | Text): readonly Operand[] {
  switch (leaf.kind) {
    case 'compare':
      return [leaf.left, leaf.right]
    case 'in':
      return [leaf.item, leaf.list]
    case 'isa':
      return [leaf.of]
    case 'text':
      return [leaf.of, leaf.part]
  }
}

/** Returns the paths in an operand. */
export function pathsOf(operand: Operand): readonly Path[] {
  switch (operand.kind) {
    case 'path':
      return [operand]
    case 'count':
      return [operand.of]
    case 'arithmetic':
      return [...pathsOf(operand.left), ...pathsOf(operand.right)]
    case 'call':
      return [operand.of, ...operand.args].flatMap(pathsOf)
    default:
      return []
  }
}
