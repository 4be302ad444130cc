import type { Condition, Operand, Path, Root, Variable } from './condition.js'
import { withinSize } from './operandSize.js'
import { mapOperands, mapParts } from './visit.js'

/** Returns the operand that replaces a root; undefined keeps the root. */
export type Replacement = (root: Root) => Operand | undefined

/**
 * Returns a condition with roots replaced by operands. Its own variables are renewed, so that it
 * can be nested in another copy of itself.
 * @param count - Called for each condition and operand before it is copied. It may throw.
 * @throws QueryError if an operand grows too large.
 */
export function substitute(condition: Condition, replace: Replacement, count?: () => void): Condition {
  count?.()
  const own = mapOperands(condition, (one) => substituteOperand(one, replace, count))
  if (own.kind !== 'some') return mapParts(own, (one) => substitute(one, replace, count))
  const each: Variable = { ...own.each }
  const row: Path = { kind: 'path', root: each, steps: [] }
  return { ...own, each, where: substitute(own.where, (root) => (root === own.each ? row : replace(root)), count) }
}

/**
 * Returns an operand with roots replaced. A path that replaces the root of a path is joined with
 * it.
 * @param count - Called for each operand before it is copied. It may throw.
 * @throws QueryError if it grows too large.
 */
export function substituteOperand(operand: Operand, replace: Replacement, count?: () => void): Operand {
  return withinSize(replaced(operand, replace, count))
}

function replaced(operand: Operand, replace: Replacement, count: (() => void) | undefined): Operand {
  count?.()
  const inner = (one: Operand): Operand => replaced(one, replace, count)
  switch (operand.kind) {
    case 'path': {
      const root = replace(operand.root)
      if (!root) return operand
      if (root.kind === 'path') {
        if (operand.steps.length === 0)
          return operand.as && Object.hasOwn(operand, 'as') ? { ...root, as: operand.as } : root
        return { ...operand, root: root.root, steps: [...root.steps, ...operand.steps] }
      }
      return operand.steps.reduce<Operand>((of, step) => ({ kind: 'field', of, step }), root)
    }
    case 'field': {
      const of = inner(operand.of)
      return of.kind === 'path'
        ? { kind: 'path', root: of.root, steps: [...of.steps, operand.step] }
        : { ...operand, of }
    }
    default:
      return mapOperands(operand, inner)
  }
}
