import type { Parameter, Pattern, RuleType } from '../../language/ast.js'
import type { PolicyCheck } from './check.js'
import { classHint } from './suggestion.js'

/**
 * A class in a rule type must be registered, at least if a rule names another class at the same
 * place.
 */
export const unregisteredTypeClass: PolicyCheck = (context) => {
  const { schema, rules, ruleTypes } = context
  const report = (type: RuleType, index: number, pattern: Pattern): void => {
    if (pattern.kind !== 'class pattern' || isUnion(pattern.tag) || schema.isName(pattern.tag)) return
    const { tag } = pattern
    const sameArity = rules.get(type.name)?.filter((one) => one.parameters.length === type.parameters.length) ?? []
    if (!sameArity.some(({ parameters }) => namesAnother(parameters[index]!, tag))) return
    const hint = classHint(tag, schema)
    context.error('unregistered-class', `The class ${tag} is not registered.`, pattern.span, {
      hint,
      data: { name: tag, where: 'rule type' },
    })
  }
  for (const types of ruleTypes.general.values()) {
    for (const type of types) {
      type.parameters.forEach(({ pattern }, index) => {
        if (pattern) report(type, index, pattern)
      })
    }
  }
  return {}
}

const isUnion = (name: string): boolean => name === 'Actor' || name === 'Resource'

/** Returns whether a parameter requires a class other than this one. */
function namesAnother({ term, pattern }: Parameter, tag: string): boolean {
  switch (pattern?.kind) {
    case 'class pattern':
      return pattern.tag !== tag
    case 'dictionary pattern':
      return false
    case undefined:
      return term.kind === 'string' || term.kind === 'number' || term.kind === 'boolean' || isCollection(term.kind)
    default:
      return true
  }
}

const isCollection = (kind: Parameter['term']['kind']): boolean => kind === 'list' || kind === 'dictionary'
