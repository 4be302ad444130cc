import type { Span } from '../../language/source.js'
import { descendants, eachGoal } from '../../language/visit.js'
import type { Check } from './check.js'

/**
 * `and` beside `or` must be in parentheses, so that readers need not remember which binds tighter.
 */
export const ambiguousPrecedence: Check = (context) => ({
  rule: ({ body }) => {
    for (const goal of body ? descendants(body, eachGoal) : []) {
      if (goal.kind !== 'and' && goal.kind !== 'or') continue
      const inner = goal.kind === 'and' ? 'or' : 'and'
      for (const { kind, span } of goal.operands) {
        if (kind !== inner || isBehindParenthesis(span)) continue
        const message = '"and" and "or" are combined without parentheses; "and" binds tighter.'
        context.warning('ambiguous-precedence', message, span, { hint: 'put this in parentheses' })
      }
    }
  },
})

function isBehindParenthesis({ source: { text }, start }: Span): boolean {
  let at = start - 1
  while (at >= 0 && /\s/.test(text[at]!)) at--
  return text[at] === '('
}
