import type { Call, Expression, Parameter } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import type { Span } from '../../language/source.js'
import type { Condition, Operand } from '../condition.js'
import type { BeyondConditions, Scope, Substitution } from './terms.js'

/** Returns the opaque condition of a call that only the machine can evaluate. */
export function opaqueCall(rule: string, args: readonly Operand[], span: Span, why: BeyondConditions): Condition {
  const names = args.map((_, index) => `argument_${index}`)
  const expression: Call = {
    kind: 'call',
    name: rule,
    args: names.map((name) => ({ kind: 'variable', name, span })),
    keywords: [],
    span,
  }
  const bindings = args.map((operand, index) => ({ name: names[index]!, operand }))
  return { kind: 'opaque', goal: { expression, bindings }, reason: { code: why.code, message: why.message }, span }
}

/**
 * Returns the opaque condition of a rule's goals, which only the machine can evaluate, with the
 * bindings of the rule's head.
 * @throws BeyondConditions if a variable of the head is not bound to an operand.
 */
export function opaqueGoals(
  parameters: readonly Parameter[],
  goals: readonly Expression[],
  scope: Scope,
  bound: Substitution,
  why: BeyondConditions,
): Condition {
  const bindings: { name: string; operand: Operand }[] = []
  for (const [name, unknown] of scope.unknowns) {
    const term = bound.resolve({ kind: 'unknown', unknown })
    if (term.kind === 'operand') bindings.push({ name, operand: term.operand })
    else if (parameters.some((parameter) => occurrences(parameter).has(name))) throw why
  }
  const [first] = goals
  const { span } = first!
  const expression: Expression = goals.length === 1 ? first! : { kind: 'and', operands: goals, span }
  const reason = { code: why.code, message: why.message }
  return { kind: 'opaque', goal: { expression, bindings }, reason, span: why.at?.span ?? span }
}
