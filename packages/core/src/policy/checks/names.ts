import type { ClassPattern, Node, Rule, Variable } from '../../language/ast.js'
import { eachChild } from '../../language/visit.js'
import type { Schema } from '../../schema/schema.js'
import type { Check, CheckContext } from './check.js'

/** Reports an unregistered name; `once` is whether the rule has it only once, `uses` are all such names of the rule. */
export type NameCheck = (
  use: Variable | ClassPattern,
  once: boolean,
  context: CheckContext,
  uses: readonly Readonly<Use>[],
) => void

/** Makes a check of the names in a rule. */
export function checkNames(...checks: readonly NameCheck[]): Check {
  return (context) => {
    const usesOf = useFinder(context.schema)
    const report = (use: Variable | ClassPattern | undefined, once: boolean, uses: readonly Use[]): void => {
      if (use) for (let at = 0; at < checks.length; at++) checks[at]!(use, once, context, uses)
    }
    return {
      rule: (rule) => {
        const uses = usesOf(rule)
        for (let at = 0; at < uses.length; at++) {
          const { variable, tag, count } = uses[at]!
          report(variable, count === 1, uses)
          report(tag, count === 1, uses)
        }
      },
    }
  }
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
  const isUnion = name === 'Actor' || name === 'Resource'
  return isUnion || name.startsWith('_') || name.includes('::') || schema.isName(name)
}
