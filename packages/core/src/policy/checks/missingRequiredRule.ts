import type { RuleType } from '../../language/ast.js'
import { matchRule } from '../matchRule.js'
import { candidatesFor } from '../ruleTypes.js'
import type { PolicyCheck } from './check.js'
import { misspeltRelation, typeOfExchanged, withAllBlocks } from './invalidRule.js'
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
    const hint = `write ${headText(type)} if …;`
    context.error('missing-required-rule', message, declared.span, { hint, data: { type, kind: declared.kind } })
  }
  return {}
}
