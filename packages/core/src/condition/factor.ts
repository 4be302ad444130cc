import type { Call, Condition, Constant, Operand } from './condition.js'
import { and, or, TRUE } from './construct.js'

/**
 * Moves a common first test of adjacent arms in front of them: `A and B or A and C` becomes
 * `A and (B or C)`. The test has at most a single solution, so the result is the same.
 */
export function factor(condition: Condition): Condition {
  if (condition.kind !== 'or') return condition
  const arms: Condition[] = []
  for (let at = 0; at < condition.of.length; ) {
    const first = condition.of[at]!
    let end = at + 1
    while (end < condition.of.length && beginAlike(first, condition.of[end]!)) end++
    const group = condition.of.slice(at, end)
    arms.push(group.length === 1 ? group[0]! : and(firstOf(first), factor(or(...group.map(restOf)))))
    at = end
  }
  return or(...arms)
}

/** Returns whether two conditions begin with the same test, or with the negation of the same test. */
export function beginAlike(one: Condition, other: Condition): boolean {
  const [first, second] = [firstOf(one), firstOf(other)]
  if (first.kind === 'not' && second.kind === 'not') return isSameTest(first.of, second.of)
  return isSameTest(first, second)
}

function firstOf(condition: Condition): Condition {
  return condition.kind === 'and' ? condition.of[0]! : condition
}

function restOf(condition: Condition): Condition {
  return condition.kind === 'and' ? and(...condition.of.slice(1)) : TRUE
}

/**
 * Returns whether two conditions are the same test of the same path. Only tests that occur
 * repeatedly are compared.
 */
export function isSameTest(one: Condition, other: Condition): boolean {
  if (one.kind === 'isa' && other.kind === 'isa') {
    return one.model === other.model && one.exact === other.exact && isSameOperand(one.of, other.of)
  }
  if ((one.kind === 'reads' && other.kind === 'reads') || (one.kind === 'test' && other.kind === 'test')) {
    return isSameOperand(one.of, other.of)
  }
  if (one.kind !== 'compare' || other.kind !== 'compare' || one.operator !== other.operator) return false
  return isSameOperand(one.left, other.left) && isSameOperand(one.right, other.right)
}

/** Returns whether two operands are the same: equal paths from the same root, equal literals, or the same
 * call of a constant without arguments. */
export function isSameOperand(one: Operand, other: Operand): boolean {
  if (one === other) return true
  if (one.kind === 'value' && other.kind === 'value') return one.value === other.value
  if (isAssumed(one) && isAssumed(other)) return keyOf(one) === keyOf(other)
  return isReadBy(one, other) && isReadBy(other, one)
}

/** Returns whether an operand is a constant, or a call of its method, with an assumed type. */
function isAssumed(operand: Operand): operand is Constant | Call {
  return (operand.kind === 'constant' || operand.kind === 'call') && operand.assumed !== undefined
}

function keyOf(read: Constant | Call): string {
  // Sound: other calls have no assumed type.
  return read.kind === 'constant' ? read.name : `${(read.of as Constant).name}.${read.method}`
}

/** Returns whether reading `whole` reads `part` first. */
export function isReadBy(part: Operand, whole: Operand): boolean {
  if (part === whole) return true
  if (part.kind !== 'path' || whole.kind !== 'path' || part.root !== whole.root) return false
  return (
    part.steps.length <= whole.steps.length && part.steps.every((step, index) => step.name === whole.steps[index]!.name)
  )
}
