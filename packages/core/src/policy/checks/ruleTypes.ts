import type { Parameter, RuleType } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { type Span, spanText } from '../../language/source.js'
import { descendants } from '../../language/visit.js'
import type { Check, PolicyCheck } from './check.js'
import { eachVisited } from './walk.js'

/** A rule type must not compute values: it only describes rules. */
export const invalidRuleType: Check = (context) => ({
  'rule type': (type) => {
    const computing: readonly string[] = ['dot', 'arithmetic', 'new']
    if (!descendants(type, eachVisited).some(({ kind }) => computing.includes(kind))) return
    const message = 'A rule type must not contain lookups, arithmetic or "new".'
    context.error('invalid-rule-type', message, headOf(type), { data: { type, reason: 'computed' } })
  },
})

/**
 * A list in a rule type must not have a rest variable, at least if a rule has a list at the same
 * place.
 */
export const restVariableInType: PolicyCheck = (context) => {
  for (const [name, types] of context.ruleTypes.general) {
    for (const type of types) {
      const at = type.parameters.findIndex((parameter) => listOf(parameter)?.rest)
      if (at === -1) continue
      const rules = context.rules.get(name) ?? []
      const isMet = rules.some(({ parameters }) => {
        const own = parameters.length === type.parameters.length ? parameters[at] : undefined
        return own && listOf(own)
      })
      if (!isMet) continue
      const message = 'A list in a rule type must not have a rest variable.'
      context.error('invalid-rule-type', message, headOf(type), { data: { type, reason: 'rest' } })
    }
  }
  return {}
}

function listOf({
  term,
  pattern,
}: Parameter): Extract<NonNullable<typeof pattern>, { kind: 'list' | 'list pattern' }> | undefined {
  const value = pattern ?? term
  return value.kind === 'list' || value.kind === 'list pattern' ? value : undefined
}

/** Returns the span from the name of a written type to its end, without the word `type`. */
export function headOf({ span }: RuleType): Span {
  const before = /^type(?:\s|#[^\n\r]*)+/.exec(spanText(span))
  return { ...span, start: span.start + (before?.[0].length ?? 0) }
}

/** Returns the head of a rule that matches a type, with no more than the type requires. */
export function headText(type: RuleType): string {
  return print(type).replace(/^type |;$/g, '')
}
