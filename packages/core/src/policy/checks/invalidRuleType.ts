import type { Check } from './check.js'
import { headOf } from './typeText.js'
import { walk } from './walk.js'

/** A rule type must not compute values: it only describes rules. */
export const invalidRuleType: Check = (context) => ({
  'rule type': (type) => {
    let computes = false
    walk(type, ({ kind }) => {
      computes ||= kind === 'dot' || kind === 'arithmetic' || kind === 'new'
    })
    if (!computes) return
    const message = 'A rule type must not contain lookups, arithmetic or "new".'
    context.error('invalid-rule-type', message, headOf(type), { data: { type, reason: 'computed' } })
  },
})
