import type { Rule } from '../../language/ast.js'
import { print } from '../../language/print.js'
import { spanText } from '../../language/source.js'
import type { Schema } from '../../schema/schema.js'
import { entryOf } from '../../values/entryOf.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { demandOf } from './heads.js'
import { renamed } from './renamed.js'

/** The most rules of one name that are compared without the names of their variables. */
const COMPARED = 100

/**
 * A rule must be written only once: a second copy finds nothing new, also if its variables have other names.
 */
export const repeatedRule: PolicyCheck = (context) => {
  /** The different rules that may repeat each other. */
  const groups = new Map<string, Rule[]>()
  const texts = new Map<Rule, string>()
  const text = (rule: Rule): string => entryOf(texts, rule, () => textOf(rule, context.schema))
  return {
    rule: (rule) => {
      const { length } = context.rules.get(rule.name)!
      // Printing a rule takes longer than parsing it: only rules with the same head are printed.
      const isPrinted = !context.expanded.has(rule) && length > 1 && length <= COMPARED
      const alike = entryOf(groups, isPrinted ? headOf(rule) : writtenAs(rule, context), () => [])
      const first = isPrinted ? alike.find((one) => text(one) === text(rule)) : alike[0]
      if (!first) {
        alike.push(rule)
        return
      }
      const { source, start } = first.span
      const file = source.name && source.name !== rule.span.source.name ? ` of ${source.name}` : ''
      const message = `This rule repeats the one in line ${source.position(start).line}${file}.`
      context.warning('repeated-rule', message, rule.span, { hint: 'remove it', data: { rule, first } })
    },
  }
}

const heads = new WeakMap<Rule, string>()

/** Returns the name of a rule and what its parameters demand. */
function headOf(rule: Rule): string {
  return entryOf(heads, rule, () => ['rule', rule.name, ...rule.parameters.map(demandOf)].join('\0'))
}

/** Returns the text of a rule. Shorthand means a different rule in the block of each class. */
function writtenAs(rule: Rule, { expanded }: PolicyContext): string {
  const pattern = expanded.has(rule) ? rule.parameters[2]?.pattern : undefined
  return ['text', pattern?.kind === 'class pattern' ? pattern.tag : '', spanText(rule.span)].join('\0')
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
