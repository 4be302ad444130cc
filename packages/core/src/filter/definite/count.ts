import type { Compare, CompareOperator, Definite, Variable } from '../../condition/condition.js'
import { elementType, operandType } from '../../condition/type.js'
import type { Schema } from '../../schema/schema.js'
import { compareNumbers, mirrored } from '../../values/order.js'
import { all, FALSE } from '../algebra/logic.js'
import { isReadable } from '../algebra/presence.js'

/**
 * Converts a comparison of a count that only tests whether there is a row to a quantifier, which
 * printers write better. Returns undefined for any other comparison.
 */
export function compareCount(schema: Schema, { operator, left, right, span }: Compare): Definite | undefined {
  if (right.kind === 'count')
    return left.kind === 'count'
      ? undefined
      : compareCount(schema, { kind: 'compare', operator: mirrored[operator], left: right, right: left, span })
  if (left.kind !== 'count' || right.kind !== 'value' || typeof right.value !== 'number') return undefined
  const { of } = left
  const type = operandType(schema, of)
  const limit = right.value
  const [none, one] = [0, 1].map((count) => holds(operator, count, limit))
  // Beyond one, the result changes at most once more: at the limit.
  const more = Math.max(2, Math.ceil(limit) + 1)
  if (holds(operator, more, limit) !== one || (limit >= 1 && holds(operator, limit, limit) !== one)) return undefined
  if (type.model === undefined && none !== one) return undefined
  const readable = isReadable(schema, left, span)
  if (none === one) return none ? readable : FALSE
  const each: Variable = { kind: 'variable', name: 'one', model: type.model, type: elementType(type) }
  const some = { kind: 'some', each, from: of, where: { kind: 'true' }, span } as const
  return one ? some : all([readable, { kind: 'not', of: some }])
}

function holds(operator: CompareOperator, count: number, limit: number): boolean {
  return compareNumbers(operator === '=' ? '==' : operator, count, limit)
}
