import type { Parameter } from '../../language/ast.js'
import type { PolicyCheck } from './check.js'
import { headOf } from './typeText.js'

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
