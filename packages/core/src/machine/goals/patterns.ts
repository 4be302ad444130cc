import type { Pattern } from '../../language/ast.js'
import { occurrences } from '../../language/mentions.js'
import { type CompiledValue, slotValue } from '../state/compiledValue.js'
import type { FieldMatcher, Matcher } from '../state/matcher.js'
import { planOperands } from './operands.js'
import type { Context, GoalPlan } from './plan.js'

/**
 * Compiles a pattern.
 * @param before - Collects the goals that have to run first.
 * @returns the pattern, and the slots of the variables that it mentions first: they need cells
 * before matching
 */
export function matcherOf(
  c: Context,
  pattern: Pattern,
  before: GoalPlan[],
): { readonly matcher: Matcher; readonly fresh: readonly number[] } {
  const fresh: number[] = []
  for (const name of occurrences(pattern).keys()) {
    if (name === 'nil' || c.host.isConstant(name)) continue
    const slot = c.scope.slot(name)
    if (c.scope.isReady(slot)) continue
    c.scope.ready(slot)
    fresh.push(slot)
  }
  return { matcher: compile(pattern), fresh }

  function compile(part: Pattern): Matcher {
    switch (part.kind) {
      case 'class pattern':
        return { kind: 'class', tag: part.tag, fields: fieldsOf(part.fields ?? []), unions: c.unions }
      case 'dictionary pattern':
        return { kind: 'fields', fields: fieldsOf(part.fields) }
      case 'list pattern':
        return { kind: 'list', elements: part.elements.map(compile), rest: part.rest && operandOf(part.rest) }
      default:
        return { kind: 'value', operand: operandOf(part) }
    }
  }

  function fieldsOf(entries: readonly { readonly key: string; readonly value: Pattern }[]): FieldMatcher[] {
    return entries.map((entry) => ({ key: entry.key, pattern: compile(entry.value) }))
  }

  function operandOf(part: Exclude<Pattern, { kind: `${string} pattern` }>): CompiledValue {
    if (part.kind === 'variable' && part.name === '_') {
      const slot = c.scope.temporary()
      fresh.push(slot)
      return slotValue(part, slot)
    }
    const planned = planOperands(c, [part])
    before.push(...planned.before)
    return planned.operands[0]!
  }
}
