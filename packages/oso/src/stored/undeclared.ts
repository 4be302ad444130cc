import {
  type Compare,
  type Definite,
  isLength,
  isNil,
  type Operand,
  operandsIn,
  partsIn,
  pathsIn,
  refused,
  type Step,
  type UnsupportedFilterError,
} from '@arcturus/core/internal/oso'
import type { HostSchema } from '../hostSchema.js'

/**
 * Asserts that no row is in the list because it lacks a field. A check of such a row is an error. An
 * adapter that has rows as objects reads undefined, which equals nothing, so only a negation is in
 * doubt.
 * @throws UnsupportedFilterError if a field that no class declares is negated
 */
export function assertDeclared(schema: HostSchema, condition: Definite, isNegated = false): void {
  const within = isNegated || condition.kind === 'not'
  for (const one of partsIn(condition)) assertDeclared(schema, one, within)
  assertOperands(schema, operandsIn(condition), isNegated || (condition.kind === 'compare' && isDoubtful(condition)))
}

/** Returns whether a comparison can be true of a row without a field, for which a check is an error. */
function isDoubtful({ operator, left, right }: Compare): boolean {
  const isValue = left.kind === 'value' || right.kind === 'value'
  const isOrder = operator !== '=' && operator !== '!='
  return !isOrder && !(operator === '=' && isValue && !isNil(left) && !isNil(right))
}

function assertOperands(schema: HostSchema, operands: readonly Operand[], isDoubtful: boolean): void {
  if (!isDoubtful) return
  for (const path of operands.flatMap(pathsIn)) {
    const step = path.steps.find(
      (step) => !isLength(step) && step.model !== undefined && !schema.declares(step.model, step.name),
    )
    if (step) throw undeclared(step)
  }
}

function undeclared({ name, model, span }: Step): UnsupportedFilterError {
  return refused(
    'unknown-field',
    `"${name}" is not among the fields of ${model}, and a row without it would be in the list.`,
    span,
    `add it to \`fields\` of registerClass(${model}, …)`,
  )
}
