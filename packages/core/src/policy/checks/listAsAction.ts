import { spanText } from '../../language/source.js'
import type { RuleCheck } from './check.js'

/**
 * The action of an `allow` rule must be one text: a list in its place matches none of its elements.
 */
export const listAsAction: RuleCheck = (context) => ({
  rule: ({ name, parameters }) => {
    const action = parameters[1]?.term
    if ((name !== 'allow' && name !== 'allow_field') || action?.kind !== 'list') return
    const message = 'An action must be a string, not a list: this rule allows nothing.'
    const hint = `write action, and in the condition: action in ${spanText(action.span)}`
    context.warning('unreachable-rule', message, action.span, { hint })
  },
})
