import type { Definite, Operand, Text } from '../../condition/condition.js'
import { operandType } from '../../condition/type.js'
import type { Span } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { complement } from '../algebra/complement.js'
import { all, any, FALSE, TRUE } from '../algebra/logic.js'
import { isAbsent, isPresent } from '../algebra/presence.js'
import { argumentAsText, definiteOperand, isText, uncomputed } from './operand.js'

/** Returns the condition that a method of texts that databases have too returns true, or false. */
export function textMethod(
  schema: Schema,
  call: Extract<Operand, { kind: 'call' }>,
  span: Span,
  expected: boolean,
): Definite {
  const { method, of } = call
  const part = call.args[0] && argumentAsText(call.args[0])
  const isKnown = method === 'startsWith' || method === 'endsWith' || method === 'includes'
  if (!isKnown || !part || call.args.length > 1 || !isText(schema, of) || !isText(schema, part))
    throw uncomputed(call, span)
  const parts = [definiteOperand(schema, of, span), definiteOperand(schema, part, span)].map(
    (one) => one && textsOf(schema, one, span),
  )
  const [wholes, sought] = parts
  if (!wholes || !sought) return FALSE
  const arms = wholes.flatMap((whole) =>
    [...sought, ...sought.flatMap((one) => nilAsText(schema, one.operand, span))].map((one) => {
      const text = test(method, whole.operand, one.operand, span)
      const readable = [whole.operand, one.operand].map((operand) => isPresent(schema, operand, span))
      return all([whole.when, one.when, ...readable, expected ? text : complement(schema, text)])
    }),
  )
  return any(arms)
}

/** Returns an operand and its variants for nil arguments of `concat`. */
export function textsOf(schema: Schema, operand: Operand, span: Span): readonly { operand: Operand; when: Definite }[] {
  if (operand.kind !== 'call') return [{ operand, when: TRUE }]
  let variants: readonly { args: readonly Operand[]; when: Definite }[] = [{ args: [], when: TRUE }]
  for (const arg of operand.args) {
    const nils = nilAsText(schema, arg, span)
    variants = variants.flatMap(({ args, when }) => [
      { args: [...args, arg], when },
      ...nils.map((nil) => ({ args: [...args, nil.operand], when: all([when, nil.when]) })),
    ])
  }
  return variants.map(({ args, when }) => ({ operand: { ...operand, args }, when }))
}

/** Returns nil as the text "null": JavaScript converts arguments like this. */
function nilAsText(schema: Schema, operand: Operand, span: Span): readonly { operand: Operand; when: Definite }[] {
  const isAbsentSometimes = operand.kind === 'path' && operandType(schema, operand).nullable
  return isAbsentSometimes ? [{ operand: { kind: 'value', value: 'null' }, when: isAbsent(schema, operand, span) }] : []
}

function test(operator: Text['operator'], of: Operand, part: Operand, span: Span): Definite {
  if (of.kind !== 'value' || part.kind !== 'value') return { kind: 'text', operator, of, part, span }
  return typeof of.value === 'string' && of.value[operator](String(part.value)) ? TRUE : FALSE
}
