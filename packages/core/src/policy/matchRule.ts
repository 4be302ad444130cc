import type { ClassPattern, Entry, Parameter, Pattern, Rule, RuleType } from '../language/ast.js'
import { print } from '../language/print.js'
import type { Schema } from '../schema/schema.js'
import { isUnion } from '../schema/typeNames.js'
import type { Policy } from './policy.js'
import { hasEntries, sameNode } from './sameNode.js'

/** The names that decide whether a class is a subclass of another. */
export interface ClassNames {
  readonly schema: Schema
  readonly unions: Policy['unions']
}

/** The reason why a rule does not match a type, in words; undefined if it does. */
export type Mismatch = string | undefined

/** Compares a rule with a type: each parameter must be at least as specific as the type's. */
export function matchRule(rule: Rule, type: RuleType, names: ClassNames): Mismatch {
  const own = rule.parameters
  const wanted = type.parameters
  if (own.length !== wanted.length) return `it has ${own.length} parameters, the type has ${wanted.length}`
  for (let index = 0; index < own.length; index++) {
    const mismatch = matchParameter(own[index]!, wanted[index]!, names)
    if (mismatch) return `parameter ${index + 1} ${mismatch}`
  }
  return undefined
}

/** Returns what a parameter requires: a class or a dictionary that the value must match, or an exact value. */
function demandOf({ term, pattern }: Parameter): Pattern | undefined {
  // Computed values are compared in the body; the head has no requirement.
  return pattern ?? (term.kind === 'variable' || isComputed(term) ? undefined : term)
}

const isComputed = ({ kind }: Pattern): boolean => kind === 'dot' || kind === 'arithmetic' || kind === 'new'

const isPattern = ({ kind }: Pattern): boolean => kind === 'class pattern' || kind === 'dictionary pattern'

function matchParameter(own: Parameter, wanted: Parameter, names: ClassNames): Mismatch {
  const demand = demandOf(wanted)
  if (!demand) return undefined
  const given = demandOf(own)
  if (isPattern(demand)) {
    if (!given) return `needs a type: ${print(own.term)}: ${print(demand)}`
    return isPattern(given) ? matchPattern(given, demand, names) : matchValueToPattern(given, demand, names)
  }
  if (given && !isPattern(given) && (wanted.pattern || !own.pattern)) return matchValue(given, demand)
  return `is not ${print(demand)}`
}

function matchValue(own: Pattern, wanted: Pattern): Mismatch {
  if (isList(own) && isList(wanted)) {
    const missing = wanted.elements.find((element) => !own.elements.some((one) => sameNode(one, element)))
    return missing && `is a list without ${print(missing)}`
  }
  if (own.kind === 'dictionary' && wanted.kind === 'dictionary') return matchFields(own.entries, wanted.entries)
  return sameNode(own, wanted) ? undefined : `is not ${print(wanted)}`
}

function matchValueToPattern(own: Pattern, wanted: Pattern, names: ClassNames): Mismatch {
  if (wanted.kind === 'dictionary pattern') {
    return own.kind === 'dictionary' ? matchFields(own.entries, wanted.fields) : `is not a dictionary`
  }
  const tag = builtInClass(own)
  if (!tag || wanted.kind !== 'class pattern') return `is not ${print(wanted)}`
  const fields = own.kind === 'dictionary' ? own.entries : []
  return matchClass({ kind: 'class pattern', tag, fields, span: own.span }, wanted, names)
}

function matchPattern(own: Pattern, wanted: Pattern, names: ClassNames): Mismatch {
  if (wanted.kind === 'dictionary pattern') {
    if (own.kind !== 'dictionary pattern' && own.kind !== 'class pattern') return `is not ${print(wanted)}`
    return matchFields(own.fields ?? [], wanted.fields)
  }
  if (wanted.kind !== 'class pattern') return `is not ${print(wanted)}`
  if (own.kind === 'class pattern') return matchClass(own, wanted, names)
  if (own.kind !== 'dictionary pattern' || wanted.tag !== 'Dictionary') return `is not known to be ${wanted.tag}`
  return matchFields(own.fields, wanted.fields ?? [])
}

function matchClass(own: ClassPattern, wanted: ClassPattern, names: ClassNames): Mismatch {
  if (!isOneOf(own.tag, wanted.tag, names)) {
    const union = names.unions[wanted.tag as keyof Policy['unions']]
    return union ? `is ${own.tag}, which has no ${wanted.tag.toLowerCase()} block` : `is ${own.tag}, not ${wanted.tag}`
  }
  return matchFields(own.fields ?? [], wanted.fields ?? [])
}

/**
 * Returns whether every instance of the class `tag` is one of `wanted`. A union is a class whose
 * subclasses are its members.
 */
export function isOneOf(tag: string, wanted: string, { schema, unions }: ClassNames): boolean {
  if (tag === wanted) return true
  if (isUnion(tag)) return false
  if (isUnion(wanted)) {
    const members = unions[wanted]
    return members.has(tag) || schema.ancestors(tag).some((ancestor) => members.has(ancestor))
  }
  // The two are one class in JavaScript, but not every float is an integer.
  if (tag === 'Float' && wanted === 'Integer') return false
  return schema.isSubclass(tag, wanted)
}

function matchFields(own: readonly Entry<Pattern>[], wanted: readonly Entry<Pattern>[]): Mismatch {
  if (hasEntries(own, wanted)) return undefined
  return `lacks ${wanted.map((entry) => `${entry.key}: ${print(entry.value)}`).join(', ')}`
}

type ListLike = Extract<Pattern, { readonly kind: 'list' | 'list pattern' }>
const isList = (node: Pattern): node is ListLike => node.kind === 'list' || node.kind === 'list pattern'

/** Returns the class of a literal; undefined of other patterns. */
export function builtInClass(value: Pattern): string | undefined {
  switch (value.kind) {
    case 'string':
      return 'String'
    case 'number':
      return value.float ? 'Float' : 'Integer'
    case 'boolean':
      return 'Boolean'
    case 'list':
    case 'list pattern':
      return 'List'
    case 'dictionary':
      return 'Dictionary'
    default:
      return undefined
  }
}
