import type { Rule } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { Check, PolicyContext } from './check.js'

/** A rule is written once: a second time it finds only what was found already. */
export const repeatedRule: Check<PolicyContext> = (context) => {
  const firsts = new Map<string, Rule>()
  return {
    rule: (rule) => {
      // Shorthand means another rule in the block of another class.
      const [, , resource] = context.written.has(rule) ? [] : rule.parameters
      const key = `${resource?.pattern?.kind === 'class pattern' ? resource.pattern.tag : ''} ${spanText(rule.span)}`
      const first = firsts.get(key)
      if (!first) {
        firsts.set(key, rule)
        return
      }
      const { source, start } = first.span
      const file = source.name && source !== rule.span.source ? ` of ${source.name}` : ''
      const message = `This rule stands in line ${source.position(start).line}${file} already.`
      context.warning('repeated-rule', message, rule.span, { hint: 'remove it', data: { rule, first } })
    },
  }
}
