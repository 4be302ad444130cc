import type { Compare, Condition } from './condition.js'
import { isSameOperand } from './same.js'

/** The comparison of an operand with a text. */
export type TextTest = Compare & { readonly right: { readonly kind: 'value'; readonly value: string } }

/** Returns the conditions from a place on that compare the same operand with texts. */
export function textsOf(conditions: readonly Condition[], from: number): readonly TextTest[] {
  let end = from
  while (end < conditions.length && areTextTests(conditions[end]!, conditions[from]!)) end++
  // Sound: those before are such comparisons.
  return conditions.slice(from, end) as unknown as readonly TextTest[]
}

/** Returns whether two conditions compare the same operand with texts: if one is an error, both are. */
export function areTextTests(one: Condition, other: Condition): boolean {
  return isTextTest(one) && isTextTest(other) && isSameOperand(one.left, other.left)
}

function isTextTest(condition: Condition): condition is TextTest {
  return (
    condition.kind === 'compare' &&
    condition.operator === '=' &&
    condition.right.kind === 'value' &&
    typeof condition.right.value === 'string'
  )
}
