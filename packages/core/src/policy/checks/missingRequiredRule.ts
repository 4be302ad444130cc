import type { Rule, RuleType } from '../../language/ast.js'
import { matchRule } from '../matchRule.js'
import { candidatesFor } from '../ruleTypes.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { misspeltRelation, typeOfExchanged, withAllBlocks } from './invalidRule.js'
import { headText } from './ruleTypes.js'
import { suggestion } from './suggestion.js'

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
      const types = candidatesFor(rule, ruleTypes, schema).filter((type) => matchRule(rule, type, names) === undefined)
      // So has one with a misspelt relation, or with its rows in each other's place.
      const meant =
        types.length > 0 ? undefined : (misspeltRelation(rule, context)?.type ?? typeOfExchanged(rule, context))
      for (const type of meant ? [meant] : types) found.add(type)
    }
  }
  let misspeltRules: readonly Rule[] | undefined
  for (const [type, declared] of ruleTypes.required) {
    if (found.has(type)) continue
    misspeltRules ??= rulesWithNearNames(context)
    const message = `Missing rule for the ${declared.kind} "${declared.name}".`
    const misspelt = misspeltRules.find((rule) => matchRule(rule, type, context) === undefined)
    const hint = misspelt ? `did you mean "${type.name}"?` : `write ${headText(type)} if …;`
    const span = misspelt?.head ?? declared.span
    context.error('missing-required-rule', message, span, {
      hint,
      data: { type, kind: declared.kind, misspelt: misspelt?.name },
    })
  }
  return {}
}

/** The maximum number of rules that are compared with each missing one. */
const RULES = 100

/** Returns the rules whose names nearly are those of required rules, such as `has_roel`. */
function rulesWithNearNames({ isForOso, ruleTypes, rules }: PolicyContext): readonly Rule[] {
  if (isForOso) return []
  const required = new Set([...ruleTypes.required.keys()].map(({ name }) => name))
  const near = [...rules].filter(([name]) => suggestion(name, required) !== undefined)
  return near.flatMap(([, same]) => same).slice(0, RULES)
}
