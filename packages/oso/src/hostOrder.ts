import {
  type Condition,
  conditionsIn,
  family,
  operandsIn,
  operandType,
  refused,
  type Schema,
} from '@arcturus/core/internal/oso'

/**
 * Rejects orderings of objects by JavaScript's conversions. oso's checks allow them, and no
 * database computes the same.
 * @throws UnsupportedFilterError
 */
export function assertNoHostOrder(condition: Condition, schema: Schema): void {
  for (const one of conditionsIn(condition)) {
    if (one.kind !== 'compare' || one.operator === '=' || one.operator === '==' || one.operator === '!=') continue
    const families = operandsIn(one).map((operand) => family(operandType(schema, operand)))
    if (!families.includes('row') && !(families.includes('date') && families[0] !== families[1])) continue
    throw refused(
      'host-order',
      `A filter can't order objects with \`${one.operator}\`.`,
      one.span,
      'compare a field of theirs',
    )
  }
}
