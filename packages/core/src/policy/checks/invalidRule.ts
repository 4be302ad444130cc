import type { Parameter, Rule, RuleType, StringLiteral } from '../../language/ast.js'
import { spanText } from '../../language/source.js'
import { isUnion } from '../../schema/typeNames.js'
import { builtinClasses } from '../../values/builtin.js'
import { entryOf } from '../../values/entryOf.js'
import { type ClassNames, matchRule } from '../matchRule.js'
import { candidatesFor, typesOf } from '../ruleTypes.js'
import type { PolicyCheck, PolicyContext } from './check.js'
import { reportUnregistered } from './ruleNames.js'
import { headText } from './ruleTypes.js'
import { suggestion } from './suggestion.js'

/** The maximum number of types in the message for a rule that matches none of them. */
const SHOWN = 10

/** A rule must match one of the types of its name, if there are any. */
export const invalidRule: PolicyCheck = (context) => {
  const byName = new Map<string, readonly RuleType[]>()
  const typesFor = (name: string): readonly RuleType[] => {
    return entryOf(byName, name, () => typesOf(name, context.ruleTypes))
  }
  const reported = new Set<string>()
  return {
    rule: (rule) => {
      // The expansion of a role or a permission matches the built-in type.
      if (rule.name !== 'has_relation' && context.expanded.has(rule)) return
      const all = typesFor(rule.name)
      if (all.length === 0) return
      const candidates = candidatesFor(rule, context.ruleTypes, context.schema)
      if (candidates.some((type) => matchRule(rule, type, context) === undefined)) return
      if (!context.isForOso && !context.expanded.has(rule) && reportCause(rule, context)) return
      const types = [...new Set([...candidates, ...all])]
        .slice(0, SHOWN)
        .map((type) => ({ type, mismatch: matchRule(rule, type, context) }))
      const mismatches = types.map(({ type, mismatch }) => `not ${headText(type)}: ${mismatch}`)
      const hint = forEverybody(rule, mismatches) ?? mismatches.join('\n')
      const message = `This rule matches no rule type of ${rule.name}.`
      const span = context.expanded.has(rule) ? (rule.body?.span ?? rule.head) : rule.head
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

/** Returns the hint for a rule of blocks whose actor can be anonymous. Only `allow` decides about anonymous users. */
function forEverybody({ name, parameters }: Rule, mismatches: readonly string[]): string | undefined {
  const [actor, text, resource] = parameters
  if (!resource || actor?.term.kind !== 'variable' || actor.pattern) return undefined
  if (name !== 'has_permission' && name !== 'has_role') return undefined
  const action = name === 'has_permission' ? headOf(text!) : '…'
  const own = `write: allow(${headOf(actor)}, ${action}, ${headOf(resource)})`
  if (actor.term.name === 'nil') return `blocks are about actors, not about anonymous users; ${own}`
  return [...mismatches, `a type leaves out anonymous users; for everybody, ${own}`].join('\n')
}

/** Reports why a rule matches no type, if one word or the order is the mistake. */
function reportCause(rule: Rule, context: PolicyContext): boolean {
  const patterns = rule.parameters.flatMap(({ pattern }) => (pattern?.kind === 'class pattern' ? pattern : []))
  const unknown = patterns.find(({ tag }) => !isUnion(tag) && !context.schema.isName(tag))
  if (unknown) {
    reportUnregistered(unknown, context.schema, context.error)
    return true
  }
  const near = misspeltRelation(rule, context)
  if (near) {
    const { value, span } = near.own
    const message = `No block of ${near.tag} declares a relation "${value}".`
    context.error('unknown-relation', message, span, { hint: near.hint, data: { name: value, class: near.tag } })
    return true
  }
  const [first, , third] = (typeOfExchanged(rule, context) && rule.parameters) ?? []
  if (!first || !third) return false
  const what = rule.name === 'has_relation' ? 'Two arguments' : 'The actor and the resource'
  const message = `${what} of ${rule.name} are in each other's place.`
  const hint = `write ${rule.name}(${headOf(third)}, …, ${headOf(first)})`
  context.error('swapped-arguments', message, first.span, { hint, data: { name: rule.name } })
  return true
}

const headOf = ({ span }: Parameter): string => spanText(span)

/** Returns the type that a rule matches if its actor and its resource, or both rows of a relation, are exchanged. */
export function typeOfExchanged(rule: Rule, context: PolicyContext): RuleType | undefined {
  const [first, text, third] = rule.parameters
  if (context.isForOso || !first || !text || !third || rule.parameters.length !== 3) return undefined
  const exchanged = { ...rule, parameters: [third, text, first] }
  const types = candidatesFor(exchanged, context.ruleTypes, context.schema)
  return types.find((type) => matchRule(exchanged, type, context) === undefined)
}

/** A relation in the head of a rule, whose name is nearly that of a declared one. */
interface Misspelt {
  readonly own: StringLiteral
  /** The class that declares the right one. */
  readonly tag: string
  readonly hint: string
  readonly type: RuleType
}

/** Returns the relation that the head of a rule of `has_relation` misspells. */
export function misspeltRelation(rule: Rule, context: PolicyContext): Misspelt | undefined {
  const [one, name, other] = rule.parameters
  if (context.isForOso || rule.name !== 'has_relation' || one?.pattern?.kind !== 'class pattern') return undefined
  if (name?.term.kind !== 'string' || other?.pattern?.kind !== 'class pattern') return undefined
  const { term: own } = name
  const { tag } = other.pattern
  for (const [relation, types] of context.ruleTypes.relations) {
    const type = types.get(tag)
    const hint = type && suggestion(own.value, [relation])
    if (!hint || relation === own.value) continue
    const wanted = type.parameters[1]!
    const right = { ...rule, parameters: [one, wanted, other] }
    if (matchRule(right, type, context) === undefined) return { own, tag, hint, type }
  }
  return undefined
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
    if (!isUnion(wanted.tag)) return []
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
