import type { Parameter, Pattern, Rule, RuleType } from '../language/ast.js'
import { Source, type Span } from '../language/source.js'
import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import type { Declared, MergedBlock } from './blocks.js'

/** The types that rules must match, and the rules that must exist. */
export interface RuleTypes {
  /**
   * The built-in types and the written types, by name; also the type of `has_role` if roles are
   * declared.
   */
  readonly general: ReadonlyMap<string, readonly RuleType[]>
  /**
   * The types of `has_relation` that blocks need, by relation and then by the class that declares
   * it.
   */
  readonly relations: ReadonlyMap<string, ReadonlyMap<string, RuleType>>
  /** Types that at least one rule must match, with the declaration that needs it. */
  readonly required: ReadonlyMap<RuleType, Declared>
}

/** The span of built-in types, which no policy contains. */
const nowhere: Span = { source: new Source(''), start: 0, end: 0 }

const always: readonly RuleType[] = [
  ruleType('allow', ['_actor', '_action', '_resource'].map(anything)),
  ruleType('allow_field', ['_actor', '_action', '_resource', '_field'].map(anything)),
  ruleType('allow_request', ['_actor', '_request'].map(anything)),
  ruleType('has_permission', [
    ofClass('actor', 'Actor'),
    ofClass('_permission', 'String'),
    ofClass('resource', 'Resource'),
  ]),
]
const whereRolesAre = ruleType('has_role', [
  ofClass('actor', 'Actor'),
  ofClass('role', 'String'),
  ofClass('resource', 'Resource'),
])

/** Collects the rule types of a policy from the written types and from its blocks. */
export function ruleTypesOf(written: readonly RuleType[], blocks: ReadonlyMap<string, MergedBlock>): RuleTypes {
  const required = new Map<RuleType, Declared>()
  const role = firstRole(blocks)
  const forRoles = role ? [whereRolesAre] : []
  if (role) required.set(whereRolesAre, role)

  const general = new Map<string, RuleType[]>()
  for (const type of [...always, ...written, ...forRoles]) {
    entryOf(general, type.name, () => []).push(type)
  }

  const needed = neededRelations(blocks)
  const relations = new Map<string, Map<string, RuleType>>()
  for (const [name, block] of blocks) {
    for (const declared of block.declared.values()) {
      if (!declared.to) continue
      const type = relationType(declared, declared.to.name, name)
      entryOf(relations, declared.name, () => new Map<string, RuleType>()).set(name, type)
      if (needed.has(declared)) required.set(type, declared)
    }
  }
  return { general, relations, required }
}

/** Returns all types of rules of a name. */
export function typesOf(name: string, { general, relations }: RuleTypes): readonly RuleType[] {
  const some = general.get(name) ?? []
  return name === 'has_relation' ? [...some, ...[...relations.values()].flatMap((types) => [...types.values()])] : some
}

/**
 * Returns the types that a rule can match. Of the types of relations, those with its relation and
 * its resource's class.
 */
export function candidatesFor(rule: Rule, { general, relations }: RuleTypes, schema: Schema): readonly RuleType[] {
  const some = general.get(rule.name) ?? []
  if (rule.name !== 'has_relation') return some
  const [, relation, object] = rule.parameters
  if (relation?.term.kind !== 'string') return some
  const types = relations.get(relation.term.value)
  if (!types || object?.pattern?.kind !== 'class pattern') return some
  const { tag } = object.pattern
  const classes = new Set([tag, ...schema.ancestors(tag)])
  return [...some, ...[...classes].flatMap((name) => types.get(name) ?? [])]
}

function firstRole(blocks: ReadonlyMap<string, MergedBlock>): Declared | undefined {
  for (const block of blocks.values()) {
    for (const declared of block.declared.values()) if (declared.kind === 'role') return declared
  }
  return undefined
}

/** Returns the relations that shorthand uses: after `on`, or as the body of a rule. */
function neededRelations(blocks: ReadonlyMap<string, MergedBlock>): ReadonlySet<Declared> {
  const needed = new Set<Declared>()
  for (const block of blocks.values()) {
    for (const { implier, on } of block.shorthand) {
      const over = on && block.declared.get(on.relation.value)
      const from = on ? over?.to && blocks.get(over.to.name) : block
      for (const declared of [over, from?.declared.get(implier.value)]) {
        if (declared?.kind === 'relation') needed.add(declared)
      }
    }
  }
  return needed
}

/** `type has_relation(subject: Subject, "relation", object: Object);` */
function relationType({ name, span }: Declared, subject: string, object: string): RuleType {
  const parameters: readonly Parameter[] = [
    ofClass('subject', subject, span),
    { kind: 'parameter', term: { kind: 'string', value: name, span }, pattern: undefined, span },
    ofClass('object', object, span),
  ]
  return ruleType('has_relation', parameters, span)
}

function ruleType(name: string, parameters: readonly Parameter[], span: Span = nowhere): RuleType {
  return { kind: 'rule type', name, parameters, span }
}

function anything(name: string): Parameter {
  return { kind: 'parameter', term: { kind: 'variable', name, span: nowhere }, pattern: undefined, span: nowhere }
}

/** `name: Tag` */
export function ofClass(name: string, tag: string, span: Span = nowhere): Parameter {
  const pattern: Pattern = { kind: 'class pattern', tag, fields: undefined, span }
  return { kind: 'parameter', term: { kind: 'variable', name, span }, pattern, span }
}
