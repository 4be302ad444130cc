import type { Rule, RuleType } from '../../language/ast.js'
import { builtinClasses } from '../../values/builtin.js'
import { type ClassNames, matchRule } from '../matchRule.js'
import { candidatesFor, typesOf } from '../ruleTypes.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { headText } from './typeText.js'

/** The maximum number of types in the message for a rule that matches none of them. */
const SHOWN = 10

/** A rule must match one of the types of its name, if there are any. */
export const invalidRule: PolicyCheck = (context) => {
  const byName = new Map<string, readonly RuleType[]>()
  const typesFor = (name: string): readonly RuleType[] => {
    let types = byName.get(name)
    if (!types) {
      types = typesOf(name, context.ruleTypes)
      byName.set(name, types)
    }
    return types
  }
  const reported = new Set<string>()
  return {
    rule: (rule) => {
      // The expansion of a role or a permission matches the built-in type.
      if (rule.name !== 'has_relation' && !context.written.has(rule)) return
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
      const data = { rule, types }
      const blocks = blocksMissingFor(rule, candidates, context)
      if (blocks.length === 0) context.error('invalid-rule', message, span, { hint, data })
      for (const [keyword, cls] of blocks) {
        // One message for all rules that the block would make valid, also those of subclasses.
        if ([cls, ...context.schema.ancestors(cls)].some((name) => reported.has(`${keyword} ${name}`))) continue
        reported.add(`${keyword} ${cls}`)
        const what = `${cls} is used as ${keyword === 'actor' ? 'an actor' : 'a resource'}, but has no block.`
        context.error('missing-block', what, span, { hint: `declare it: ${keyword} ${cls} {}`, data })
      }
    },
  }
}

/** Returns the blocks that would make a rule match a type, by keyword and class. */
function blocksMissingFor(
  rule: Rule,
  types: readonly RuleType[],
  context: PolicyContext,
): readonly (readonly [keyword: 'actor' | 'resource', cls: string])[] {
  const type = types.find((one) => matchRule(rule, one, withAllBlocks(context)) === undefined)
  if (!type) return []
  return rule.parameters.flatMap(({ pattern }, index) => {
    const wanted = type.parameters[index]?.pattern
    if (pattern?.kind !== 'class pattern' || wanted?.kind !== 'class pattern') return []
    const { tag } = pattern
    if (wanted.tag !== 'Actor' && wanted.tag !== 'Resource') return []
    const members = context.unions[wanted.tag]
    if ([tag, ...context.schema.ancestors(tag)].some((name) => members.has(name))) return []
    return [[wanted.tag === 'Actor' ? 'actor' : 'resource', tag] as const]
  })
}

/** Returns the names as they would be if every class had a block of each kind. */
export function withAllBlocks({ schema }: Pick<PolicyContext, 'schema'>): ClassNames {
  // No block can be declared for a built-in class, such as String.
  const all = new Set([...schema.models.keys()].filter((name) => !builtinClasses.has(name)))
  return { schema, unions: { Actor: all, Resource: all } }
}
