import type { Rule } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { spanText } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import type { PolicyCheck } from './check.js'
import { renamed } from './renamed.js'

/** The most rules of one name that are compared without the names of their variables. */
const COMPARED = 100

/**
 * A rule must be written only once: a second copy finds nothing new, also if its variables have other names.
 */
export const repeatedRule: PolicyCheck = (context) => {
  /**
   * Rules by text. Shorthand means a different rule in the block of each class, so the outer key is
   * that class.
   */
  const firsts = new Map<string, Map<string, Rule>>()
  return {
    rule: (rule) => {
      const isWritten = context.written.has(rule)
      const pattern = isWritten ? undefined : rule.parameters[2]?.pattern
      const tag = pattern?.kind === 'class pattern' ? pattern.tag : ''
      let ofClass = firsts.get(tag)
      if (!ofClass) {
        ofClass = new Map()
        firsts.set(tag, ofClass)
      }
      const { length } = context.rules.get(rule.name)!
      const text = isWritten && length > 1 && length <= COMPARED ? textOf(rule, context.schema) : spanText(rule.span)
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

/** Returns a rule as text, with its variables named by their order. */
function textOf(rule: Rule, schema: Schema): string {
  const names = new Map<string, string>()
  return print(
    renamed(rule, (variable) => {
      if (variable.name === '_' || schema.isName(variable.name)) return variable
      const name = names.get(variable.name) ?? `v${names.size}`
      names.set(variable.name, name)
      return { ...variable, name }
    }),
  )
}
