import type { Check } from './check.js'
import { onceUsed } from './onceUsed.js'

/** A variable that stands only once in a rule means nothing, or is misspelt; unless its name starts with `_`. */
export const singletonVariable: Check = (context) => ({
  rule: (rule) => {
    for (const use of onceUsed(rule, context.schema)) {
      if (use.kind !== 'variable') continue
      context.error('singleton-variable', `The variable ${use.name} stands only once in this rule.`, use.span, {
        hint: `is it misspelt? one that does not matter is called _${use.name} or _`,
        data: { name: use.name },
      })
    }
  },
})
