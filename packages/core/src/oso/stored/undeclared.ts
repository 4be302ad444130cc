import type { Definite, Operand, Step } from '../../condition/condition.js'
import { isLength, isNil } from '../../condition/type.js'
import { UnsupportedFilterError } from '../../errors.js'
import type { HostSchema } from '../hostSchema.js'
import { operandsOf, pathsOf } from './operands.js'

/**
 * Asserts that no row is in the list because it lacks a field. A check of such a row is an error. An
 * adapter that has rows as objects reads undefined, which equals nothing, so only a negation is in
 * doubt.
 * @throws UnsupportedFilterError if a field that no class declares is negated
 */
export function assertDeclared(schema: HostSchema, condition: Definite, isNegated = false): void {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return
    case 'and':
    case 'or':
      for (const one of condition.of) assertDeclared(schema, one, isNegated)
      return
    case 'not':
      assertDeclared(schema, condition.of, true)
      return
    case 'some':
      assertOperands(schema, [condition.from], isNegated)
      assertDeclared(schema, condition.where, isNegated)
      return
    case 'reach':
      assertDeclared(schema, condition.where, isNegated)
      for (const { where } of condition.steps) assertDeclared(schema, where, isNegated)
      return
    case 'compare': {
      const { operator, left, right } = condition
      const isValue = left.kind === 'value' || right.kind === 'value'
      const isOrder = operator !== '=' && operator !== '!='
      const isEqual = operator === '=' && isValue && !isNil(left) && !isNil(right)
      assertOperands(schema, [left, right], isNegated || !(isOrder || isEqual))
      return
    }
    default:
      assertOperands(schema, operandsOf(condition), isNegated)
  }
}

function assertOperands(schema: HostSchema, operands: readonly Operand[], isDoubtful: boolean): void {
  if (!isDoubtful) return
  for (const path of operands.flatMap(pathsOf)) {
    const step = path.steps.find(
      (step) => !isLength(step) && step.model !== undefined && !schema.declares(step.model, step.name),
    )
    if (step) throw undeclared(step)
  }
}

function undeclared({ name, model, span }: Step): UnsupportedFilterError {
  return new UnsupportedFilterError(
    'unsupported-filter',
    `"${name}" is not among the fields of ${model}, and a row without it would be in the list.`,
    { span, hint: `add it to \`fields\` of registerClass(${model}, …)`, data: { reason: 'unknown-field' } },
  )
}
