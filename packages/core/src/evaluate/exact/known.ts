import type { Compare, Condition, IsA, Operand, Text } from '../../condition/condition.js'
import { FALSE, TRUE } from '../../condition/construct.js'
import { declaredModel } from '../../condition/type.js'
import { QueryError } from '../../errors.js'
import type { Span } from '../../language/source.js'
import { charge } from '../../text/account.js'
import { textTestUnits } from '../../text/plainCall.js'
import { Fault } from '../../values/fault.js'
import { assertThere, decided, fail, outcome, undefinedElement } from './failure.js'
import type { BindContext } from './operands.js'

/** Returns the result of a comparison of known values. */
export function compareKnown(
  { operator, span }: Compare,
  left: unknown,
  right: unknown,
  { meaning }: BindContext,
): Condition {
  if (operator === '=')
    return decided(
      answer(() => meaning.equal(left, right), span),
      span,
    )
  const result = answer(() => meaning.compare(operator, left, right), span)
  if (result !== undefined) return result ? TRUE : FALSE
  const operands = [left, right].map((value): Operand => ({ kind: 'value', value }))
  assertThere(operands, span)
  return fail('type-error', `Values of these types cannot be compared with \`${operator}\`.`, span)
}

/** Returns whether a known value equals an element of a known list: a disjunction of comparisons. */
export function isAmongKnown(
  item: unknown,
  list: readonly unknown[],
  span: Span,
  { meaning, budget }: BindContext,
): Condition {
  let failure: Condition | undefined
  for (const one of list) {
    budget.spend(1)
    const equal = outcome(() => {
      if (one === undefined) return undefinedElement(span)
      return decided(
        answer(() => meaning.equal(item, one), span),
        span,
      )
    })
    if (equal.kind === 'true') return equal
    if (equal.kind === 'failure') failure ??= equal
  }
  return failure ?? FALSE
}

/** Returns whether a known value is an instance of a class. */
export function isKnownInstance({ model, exact, span }: IsA, value: unknown, { meaning }: BindContext): Condition {
  return decided(
    answer(() => meaning.isInstance(value, model, exact), span),
    span,
  )
}

/** Returns the result of a text test of known values. */
export function testKnownText(
  { operator, span }: Text,
  of: unknown,
  part: unknown,
  { budget }: BindContext,
): Condition {
  if (of === null || part === null) return FALSE
  if (typeof of !== 'string' || typeof part !== 'string')
    return fail('type-error', `\`${operator}\` needs two strings.`, span)
  charge(budget, textTestUnits(operator, of, part))
  return of[operator](part) ? TRUE : FALSE
}

/** Fails if an object of unknown class is compared with a row: nothing identifies its row. */
export function assertIdentified(known: Operand, other: Operand, span: Span, { meaning }: BindContext): void {
  if (known.kind !== 'value') return
  const { schema } = meaning
  const { value } = known
  const isStranger = Array.isArray(value) ? value.some((one) => schema.isStranger(one)) : schema.isStranger(value)
  const model = isStranger ? declaredModel(schema, other) : undefined
  if (model === undefined) return
  fail('unknown-row', `An object of unknown class is compared with a row of ${model}.`, span)
}

/** Evaluates an operation on values. A `QueryError` is placed at `span` in the policy. */
function answer(evaluate: () => boolean | undefined, span: Span): boolean | undefined {
  try {
    return evaluate()
  } catch (error) {
    const fault = error instanceof QueryError ? Fault.of(error) : error
    throw fault instanceof Fault ? fault.at(span) : fault
  }
}
