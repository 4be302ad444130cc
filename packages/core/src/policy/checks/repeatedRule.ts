import type { Rule } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import type { PolicyCheck } from './check.js'

/** A rule must be written only once: a second copy finds nothing new. */
export const repeatedRule: PolicyCheck = (context) => {
  /**
   * Rules by text. Shorthand means a different rule in the block of each class, so the outer key is
   * that class.
   */
  const firsts = new Map<string, Map<string, Rule>>()
  return {
    rule: (rule) => {
      const pattern = context.written.has(rule) ? undefined : rule.parameters[2]?.pattern
      const tag = pattern?.kind === 'class pattern' ? pattern.tag : ''
      let ofClass = firsts.get(tag)
      if (!ofClass) {
        ofClass = new Map()
        firsts.set(tag, ofClass)
      }
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
