import type { RuleType } from '../../language/ast.js'
import { matchRule } from '../matchRule.js'
import { candidatesFor, typesOf } from '../ruleTypes.js'
import type { Check, PolicyContext } from './check.js'
import { headText } from './typeText.js'

/** The maximum number of types in the message for a rule that matches none of them. */
const SHOWN = 10

/** A rule must match one of the types of its name, if there are any. */
export const invalidRule: Check<PolicyContext> = (context) => {
  const byName = new Map<string, readonly RuleType[]>()
  const typesFor = (name: string): readonly RuleType[] => {
    const types = byName.get(name) ?? typesOf(name, context.ruleTypes)
    byName.set(name, types)
    return types
  }
  return {
    rule: (rule) => {
      const all = typesFor(rule.name)
      if (all.length === 0) return
      const candidates = candidatesFor(rule, context.ruleTypes, context.schema)
      if (candidates.some((type) => matchRule(rule, type, context) === undefined)) return
      const types = [...new Set([...candidates, ...all])]
        .slice(0, SHOWN)
        .map((type) => ({ type, mismatch: matchRule(rule, type, context) }))
      const hint = types.map(({ type, mismatch }) => `not ${headText(type)}: ${mismatch}`).join('\n')
      const message = `This rule matches no rule type of ${rule.name}.`
      const span = context.written.has(rule) ? rule.head : (rule.body?.span ?? rule.head)
      context.error('invalid-rule', message, span, { hint, data: { rule, types } })
    },
  }
}
