import type { Rule } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { Check, PolicyContext } from './check.js'

/** A rule is written once: a second time it finds only what was found already. */
export const repeatedRule: Check<PolicyContext> = (context) => {
  /** By text; shorthand means another rule in the block of another class, so by that class before. */
  const firsts = new Map<string, Map<string, Rule>>()
  return {
    rule: (rule) => {
      const pattern = context.written.has(rule) ? undefined : rule.parameters[2]?.pattern
      const tag = pattern?.kind === 'class pattern' ? pattern.tag : ''
      const ofClass = firsts.get(tag) ?? new Map<string, Rule>()
      firsts.set(tag, ofClass)
      const text = spanText(rule.span)
      const first = ofClass.get(text)
      if (!first) {
        ofClass.set(text, rule)
        return
      }
      const { source, start } = first.span
      const file = source.name && source !== rule.span.source ? ` of ${source.name}` : ''
      const message = `This rule repeats the one in line ${source.position(start).line}${file}.`
      context.warning('repeated-rule', message, rule.span, { hint: 'remove it', data: { rule, first } })
    },
  }
}
