import type { ClassPattern, Rule, Variable } from '../../language/ast.js'
import type { Schema } from '../../schema/schema.js'
import type { Check, CheckContext } from './check.js'
import { walk } from './walk.js'

/** Reports an unregistered name; `once` is whether the rule has it only once. */
export type NameCheck = (use: Variable | ClassPattern, once: boolean, context: CheckContext) => void

/** Makes a check of the names in a rule. */
export function checkNames(...checks: readonly NameCheck[]): Check {
  return (context) => ({
    rule: (rule) => {
      for (const { variable, tag, count } of namesIn(rule, context.schema)) {
        if (variable) for (const check of checks) check(variable, count === 1, context)
        if (tag) for (const check of checks) check(tag, count === 1, context)
      }
    },
  })
}

/** The first uses of a name as a variable and as a class, and the number of all its uses. */
interface Use {
  variable: Variable | undefined
  tag: ClassPattern | undefined
  count: number
}

/**
 * Returns the uses of each name of a rule, in source order. It skips names that start with `_`,
 * contain `::`, are registered or are unions.
 */
function namesIn(rule: Rule, schema: Schema): Iterable<Use> {
  const uses = new Map<string, Use>()
  walk(rule, (node) => {
    if (node.kind !== 'variable' && node.kind !== 'class pattern') return
    const name = node.kind === 'variable' ? node.name : node.tag
    let use = uses.get(name)
    if (use === undefined) {
      if (isKnown(name, schema)) return
      use = { variable: undefined, tag: undefined, count: 0 }
      uses.set(name, use)
    }
    use.count++
    if (node.kind === 'variable') use.variable ??= node
    else use.tag ??= node
  })
  return uses.values()
}

function isKnown(name: string, schema: Schema): boolean {
  return name.startsWith('_') || name === 'Actor' || name === 'Resource' || name.includes('::') || schema.isName(name)
}
