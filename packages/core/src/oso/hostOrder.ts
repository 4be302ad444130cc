import type { Condition, Definition, Operand } from '../condition/condition.js'
import { family, operandType } from '../condition/type.js'
import { UnsupportedFilterError } from '../errors.js'
import type { Schema } from '../schema/schema.js'

/**
 * Rejects orderings of objects by JavaScript's conversions. oso's checks allow them, and no
 * database computes the same.
 * @throws UnsupportedFilterError
 */
export function assertNoHostOrder(condition: Condition, schema: Schema, seen: Set<Definition> = new Set()): void {
  switch (condition.kind) {
    case 'and':
    case 'or':
      for (const one of condition.of) assertNoHostOrder(one, schema, seen)
      return
    case 'not':
      assertNoHostOrder(condition.of, schema, seen)
      return
    case 'some':
      assertNoHostOrder(condition.where, schema, seen)
      return
    case 'ref':
      if (seen.has(condition.definition)) return
      seen.add(condition.definition)
      assertNoHostOrder(condition.definition.condition, schema, seen)
      return
    case 'compare': {
      const { operator, left, right, span } = condition
      if (operator === '=' || operator === '==' || operator === '!=') return
      const families = [left, right].map((operand: Operand) => family(operandType(schema, operand)))
      if (!families.includes('row') && !(families.includes('date') && families[0] !== families[1])) return
      throw new UnsupportedFilterError('unsupported-filter', `A filter can't order objects with \`${operator}\`.`, {
        span,
        hint: 'compare a field of theirs',
        data: { reason: 'host-order' },
      })
    }
    default:
      return
  }
}
