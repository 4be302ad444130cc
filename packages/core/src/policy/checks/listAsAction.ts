import { spanText } from '../../language/source.js'
import type { RuleCheck } from './check.js'

/**
 * The action of an `allow` rule, and the field of an `allow_field` rule, must be one text: a list in its place matches none
 * of its elements.
 */
export const listAsAction: RuleCheck = (context) => ({
  rule: ({ name, parameters }) => {
    if (name !== 'allow' && name !== 'allow_field') return
    for (const [at, what] of ['action', 'field'].entries()) {
      const term = parameters[1 + 2 * at]?.term
      if (term?.kind !== 'list') continue
      const message = `${at === 0 ? 'An action' : 'A field'} must be a string, not a list: this rule allows nothing.`
      const hint = `write ${what}, and in the condition: ${what} in ${spanText(term.span)}`
      context.warning('unreachable-rule', message, term.span, { hint })
    }
  },
})
