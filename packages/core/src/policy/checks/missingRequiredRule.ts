import type { Rule, RuleType } from '../../language/ast.js'
import { matchRule } from '../matchRule.js'
import { candidatesFor } from '../ruleTypes.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { misspeltRelation, typeOfExchanged, withAllBlocks } from './invalidRule.js'
import { suggestion } from './suggestion.js'
import { headText } from './typeText.js'

/**
 * A policy that declares roles must have a `has_role` rule. If shorthand uses a relation, a
 * `has_relation` rule must define it.
 */
export const missingRequiredRule: PolicyCheck = (context) => {
  const { ruleTypes, rules, schema } = context
  const found = new Set<RuleType>()
  // A rule whose class only lacks a block has an error of its own.
  const names = withAllBlocks(context)
  for (const name of new Set([...ruleTypes.required.keys()].map((type) => type.name))) {
    for (const rule of rules.get(name) ?? []) {
      for (const type of candidatesFor(rule, ruleTypes, schema)) {
        if (!found.has(type) && matchRule(rule, type, names) === undefined) found.add(type)
      }
      // So has one with a misspelt relation, or with its rows in each other's place.
      const meant = misspeltRelation(rule, context)?.type ?? typeOfExchanged(rule, context)
      if (meant) found.add(meant)
    }
  }
  for (const [type, declared] of ruleTypes.required) {
    if (found.has(type)) continue
    const message = `Missing rule for the ${declared.kind} "${declared.name}".`
    const misspelt = misspeltRule(type, context)
    const hint = misspelt ? `did you mean "${type.name}"?` : `write ${headText(type)} if …;`
    const span = misspelt?.head ?? declared.span
    context.error('missing-required-rule', message, span, {
      hint,
      data: { type, kind: declared.kind, misspelt: misspelt?.name },
    })
  }
  return {}
}

/** Returns the rule that would be of a type if its name were not misspelt. */
function misspeltRule(type: RuleType, context: PolicyContext): Rule | undefined {
  if (context.isForOso) return undefined
  for (const rule of context.written) {
    if (suggestion(rule.name, [type.name]) && matchRule({ ...rule, name: type.name }, type, context) === undefined)
      return rule
  }
  return undefined
}
