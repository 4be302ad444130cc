import type { Compare, Condition, In, Opaque } from '../../condition/condition.js'
import { FALSE, TRUE } from '../../condition/construct.js'
import { ArcturusError } from '../../errors.js'
import type { Meaning } from '../../predicate/meaning.js'
import type { Missing } from '../../schema/wanted.js'
import { endsEvaluation } from '../../values/semantics.js'
import { assertThere, decided, fail } from './failure.js'
import { assertIdentified, compareKnown, isAmongKnown, isKnownInstance, testKnownText } from './known.js'
import { type BindContext, bindOperand, type Environment, withElements } from './operands.js'

/**
 * Returns a test in which everything known is computed: true or false if all is known.
 * @throws Fault if it fails.
 */
export function bindLeaf(
  condition: Condition,
  environment: Environment,
  context: BindContext,
  missing: Missing | undefined,
): Condition {
  switch (condition.kind) {
    case 'test': {
      const of = bindOperand(condition.of, environment, context)
      if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
      if (typeof of.value === 'boolean') return of.value ? TRUE : FALSE
      return fail('type-error', 'A condition must be true or false.', condition.span)
    }
    case 'reads': {
      const of = bindOperand(condition.of, environment, context)
      return of.kind === 'value' ? TRUE : of === condition.of ? condition : { ...condition, of }
    }
    case 'compare':
      return bindCompare(condition, environment, context)
    case 'in':
      return bindIn(condition, environment, context)
    case 'isa': {
      const of = bindOperand(condition.of, environment, context)
      if (of.kind !== 'value') return of === condition.of ? condition : { ...condition, of }
      return isKnownInstance(condition, of.value, context)
    }
    case 'text': {
      const of = bindOperand(condition.of, environment, context)
      const part = bindOperand(condition.part, environment, context)
      assertThere([of, part], condition.span)
      if (of.kind !== 'value' || part.kind !== 'value') return { ...condition, of, part }
      return testKnownText(condition, of.value, part.value, context)
    }
    case 'opaque':
      return bindOpaque(condition, environment, context, missing)
    default:
      return condition
  }
}

function bindOpaque(
  condition: Opaque,
  environment: Environment,
  context: BindContext,
  missing: Missing | undefined,
): Condition {
  const bindings = condition.goal.bindings.map(({ name, operand }) => ({
    name,
    operand: bindOperand(operand, environment, context),
  }))
  const opaque: Opaque = { ...condition, goal: { expression: condition.goal.expression, bindings } }
  const values = new Map<string, unknown>()
  for (const { name, operand } of bindings) {
    if (operand.kind !== 'value') return opaque
    values.set(name, operand.value)
  }
  return prove(opaque, values, context.meaning, missing)
}

/** Returns the result of a goal by the machine. */
export function prove(
  opaque: Opaque,
  values: ReadonlyMap<string, unknown>,
  meaning: Meaning,
  missing: Missing | undefined,
): Condition {
  try {
    return decided(meaning.ask(opaque.goal.expression, values, missing), opaque.span)
  } catch (error) {
    if (!(error instanceof ArcturusError) || (endsEvaluation(error.code) && error.code !== 'async-value')) throw error
    // It is an error only if everything after it holds too: the machine has to see the whole.
    return error.code === 'unhandled-constraint' ? opaque : { kind: 'failure', error }
  }
}

function bindCompare(condition: Compare, environment: Environment, context: BindContext): Condition {
  const left = bindOperand(condition.left, environment, context)
  const right = bindOperand(condition.right, environment, context)
  if (left.kind === 'value' && right.kind === 'value') return compareKnown(condition, left.value, right.value, context)
  // A comparison of the resource alone is the same for every actor.
  if (left === condition.left && right === condition.right) return condition
  const { operator, span } = condition
  assertThere([left, right], span)
  if (operator === '=' || operator === '==' || operator === '!=') {
    assertIdentified(left, right, span, context)
    assertIdentified(right, left, span, context)
  }
  return { kind: 'compare', operator, left, right, span }
}

function bindIn(condition: In, environment: Environment, context: BindContext): Condition {
  const { span } = condition
  const item = bindOperand(condition.item, environment, context)
  const list = withElements(bindOperand(condition.list, environment, context), context, span)
  if (list.kind === 'value' && !Array.isArray(list.value)) return fail('type-error', '`in` needs a list.', span)
  if (item.kind !== 'value' || list.kind !== 'value') {
    assertThere([item], span)
    assertIdentified(list, item, span, context)
    assertIdentified(item, list, span, context)
    return { ...condition, item, list }
  }
  return isAmongKnown(item.value, list.value as readonly unknown[], span, context)
}
