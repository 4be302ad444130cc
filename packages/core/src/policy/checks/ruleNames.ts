import type { ClassPattern, Node, Rule, Variable } from '../../language/ast.js'
import { didYouMean } from '../../language/didYouMean.js'
import { eachChild } from '../../language/visit.js'
import type { Schema } from '../../schema/schema.js'
import { isUnion } from '../../schema/typeNames.js'
import type { Check, CheckContext } from './check.js'
import { classHint } from './suggestion.js'

/** A class after `:` or `matches` must be registered, and a rule must use a variable more than once. */
export const ruleNames: Check = (context) => {
  const usesOf = useFinder(context.schema)
  return {
    rule: (rule) => {
      const uses = usesOf(rule)
      for (let at = 0; at < uses.length; at++) {
        const { variable, tag, count } = uses[at]!
        if (variable && count === 1) reportSingleton(variable, uses, context)
        if (tag) reportUnregistered(tag, context.schema, context.warning, count === 1)
      }
    },
  }
}

/** The names of `nil` in other languages. */
const nothing: ReadonlySet<string> = new Set(['null', 'undefined', 'None'])

/** The truth values of other languages. */
const truth: ReadonlySet<string> = new Set(['True', 'False', 'TRUE', 'FALSE'])

/** The maximum number of names of a rule that are compared with each other; written rules have fewer. */
const NAMES = 50

/**
 * A variable that a rule uses only once has no effect, or is misspelt; unless its name starts with
 * `_`. Of two names that are nearly the same, such as `note` and `nte`, the second is misspelt.
 */
function reportSingleton(use: Variable, uses: readonly Use[], context: CheckContext): void {
  const { name, span } = use
  const names = context.isForOso || uses.length > NAMES ? [] : uses.flatMap(({ variable }) => variable?.name ?? [])
  const later = names.length === 0 ? [] : uses.slice(uses.findIndex(({ variable }) => variable === use) + 1)
  const isOfAnother = (other: string): boolean => hintFor(other) === undefined && didYouMean(other, names) === name
  if (later.some(({ variable, count }) => variable && count === 1 && isOfAnother(variable.name))) return
  const meant = didYouMean(name, names)
  const hint =
    hintFor(name) ??
    (meant === undefined
      ? `correct the name, or rename an unused variable to _${name} or _`
      : `did you mean "${meant}"? Or rename an unused variable to _${name} or _`)
  context.error('singleton-variable', `The variable ${name} appears only once in this rule.`, span, {
    hint,
    data: { name },
  })
}

/** Returns a hint for a word of another language. */
function hintFor(name: string): string | undefined {
  if (nothing.has(name)) return 'did you mean "nil"?'
  return truth.has(name) ? `did you mean "${name.toLowerCase()}"?` : undefined
}

/** The names of the built-in classes in other languages. */
const foreign: Readonly<Record<string, readonly string[]>> = {
  Integer: ['int', 'integer', 'i32', 'i64', 'u32', 'u64', 'usize', 'size_t'],
  Float: ['float', 'f32', 'f64', 'double'],
  String: ['str', 'string', 'char'],
  List: ['list', 'array', 'Array'],
  Dictionary: ['dict', 'Dict', 'dictionary', 'hash', 'Hash', 'map', 'Map', 'HashMap', 'hashmap', 'hash_map'],
}

/** Reports a class that is not registered. */
export function reportUnregistered(
  { tag, span }: ClassPattern,
  schema: Schema,
  report: CheckContext['warning'],
  once = false,
): void {
  const builtIn = Object.keys(foreign).find((name) => foreign[name]?.includes(tag))
  const hint = builtIn ? `did you mean "${builtIn}"?` : classHint(tag, schema)
  report('unknown-specializer', `The class ${tag} is not registered.`, span, {
    hint,
    data: { name: tag, suggestion: builtIn, once },
  })
}

/** The first uses of a name as a variable and as a class in a rule, and the number of all its uses there. */
interface Use {
  rule: Rule
  variable: Variable | undefined
  tag: ClassPattern | undefined
  count: number
}

/** Returns a function that returns the uses of each unknown name of a rule, in source order. */
function useFinder(schema: Schema): (rule: Rule) => readonly Use[] {
  /** By name; undefined for a known one. Most rules have the same names, so their uses are kept. */
  const byName = new Map<string, Use | undefined>()
  let found: Use[] = []
  let rule: Rule
  const useOf = (name: string): Use | undefined => {
    let use = byName.get(name)
    if (!use) {
      if (byName.has(name)) return undefined
      if (!isKnown(name, schema)) use = { rule, variable: undefined, tag: undefined, count: 0 }
      byName.set(name, use)
      if (!use) return undefined
    } else if (use.rule !== rule) {
      use.rule = rule
      use.variable = undefined
      use.tag = undefined
      use.count = 0
    }
    if (use.count++ === 0) found.push(use)
    return use
  }
  const look = (node: Node): void => {
    switch (node.kind) {
      case 'string':
        return
      case 'variable': {
        const use = useOf(node.name)
        if (use) use.variable ??= node
        return
      }
      case 'class pattern': {
        const use = useOf(node.tag)
        if (use) use.tag ??= node
        break
      }
      default:
    }
    eachChild(node, look)
  }
  return (one) => {
    rule = one
    found = []
    look(rule)
    return found
  }
}

/** Returns whether a name starts with `_`, contains `::`, is registered or is a union. */
function isKnown(name: string, schema: Schema): boolean {
  return isUnion(name) || name.startsWith('_') || name.includes('::') || schema.isName(name)
}
