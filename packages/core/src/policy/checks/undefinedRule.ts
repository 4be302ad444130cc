import type { RuleCheck } from './check.js'
import { suggestion } from './suggestion.js'

/**
 * A rule that another rule calls must exist. (An inline query reports this itself, when it runs.)
 */
export const undefinedRule: RuleCheck = (context) => {
  let isInRule = false
  return {
    rule: () => {
      isInRule = true
    },
    'inline query': () => {
      isInRule = false
    },
    call: (call) => {
      if (!isInRule || context.rules.has(call.name)) return
      const hint = suggestion(call.name, context.rules.keys()) ?? `write it: ${call.name}(…) if …;`
      const message = `Undefined rule ${call.name}.`
      context.error('undefined-rule', message, call.span, { hint, data: { name: call.name, call } })
    },
  }
}
