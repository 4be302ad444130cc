import { descendants } from '../../language/visit.js'
import type { Check } from './check.js'
import { headOf } from './typeText.js'
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
