import type { Parameter, RuleType } from '../../language/ast.js'
import type { Span } from '../../language/source.js'
import { isUnion, modelName } from '../../schema/typeNames.js'
import type { BlockContext, Check, CheckContext, PolicyCheck } from './check.js'
import { classHint } from './suggestion.js'

function report({ schema, error }: CheckContext, name: string, span: Span, where: string): void {
  error('unregistered-class', `The class ${name} is not registered.`, span, {
    hint: classHint(name, schema),
    data: { name, where },
  })
}

/** The class of a block must be registered. */
export const unregisteredBlock: Check = (context) => ({
  'resource block': ({ name: { name, span }, span: block }) => {
    if (!context.schema.isName(modelName(name))) report(context, name, { ...block, end: span.end }, 'block')
  },
})

/** A relation must lead to a registered class. */
export const unregisteredRelation: Check<BlockContext> = (context) => ({
  declaration: ({ value }) => {
    for (const { value: to } of value.kind === 'relations' ? value.relations : [])
      if (!context.schema.isName(to.name)) report(context, to.name, to.span, 'relation')
  },
})

/**
 * A class in a rule type must be registered, at least if a rule names another class at the same
 * place.
 */
export const unregisteredTypeClass: PolicyCheck = (context) => {
  const { schema, rules, ruleTypes } = context
  const isMet = ({ name, parameters: { length } }: RuleType, index: number, tag: string): boolean =>
    (rules.get(name) ?? []).some(
      ({ parameters }) => parameters.length === length && namesAnother(parameters[index]!, tag),
    )
  for (const type of [...ruleTypes.general.values()].flat())
    for (const [index, { pattern }] of type.parameters.entries()) {
      if (pattern?.kind !== 'class pattern' || isUnion(pattern.tag) || schema.isName(pattern.tag)) continue
      if (isMet(type, index, pattern.tag)) report(context, pattern.tag, pattern.span, 'rule type')
    }
  return {}
}

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
