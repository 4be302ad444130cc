import type { Schema } from '../schema/schema.js'
import type { Compare, Definite } from './condition.js'
import { all, any, FALSE, TRUE } from './definiteLogic.js'
import { isUnreadable } from './presence.js'
import { operandType } from './type.js'

/** The rows for which a definite condition is not true. */
export function complement(schema: Schema, condition: Definite): Definite {
  switch (condition.kind) {
    case 'true':
      return FALSE
    case 'false':
      return TRUE
    case 'and':
      return any(condition.of.map((one) => complement(schema, one)))
    case 'or':
      return all(condition.of.map((one) => complement(schema, one)))
    case 'not':
      return condition.of
    case 'some':
    case 'in':
    case 'isa':
    case 'text':
      return { kind: 'not', of: condition }
    case 'compare': {
      const unreadable = [condition.left, condition.right].map((one) => isUnreadable(schema, one, condition.span))
      return any([...unreadable, ...flipped(schema, condition)])
    }
  }
}

function flipped(schema: Schema, condition: Compare): readonly Definite[] {
  const turn = { '=': '!=', '!=': '=', '==': '!=', '<': '>=', '>=': '<', '>': '<=', '<=': '>' } as const
  const { operator } = condition
  const opposite: Definite = { ...condition, operator: turn[operator] }
  if (operator === '=' || operator === '!=' || operator === '==') return [opposite]
  // An ordering with nil is false, so its complement is true there.
  const nils = [condition.left, condition.right].flatMap((one): Definite[] =>
    one.kind === 'path' && operandType(schema, one).nullable
      ? [{ kind: 'compare', operator: '=', left: one, right: { kind: 'value', value: null }, span: condition.span }]
      : [],
  )
  return [...nils, opposite]
}
