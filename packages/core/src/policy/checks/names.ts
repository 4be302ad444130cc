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
      for (const [use, once] of namesIn(rule, context.schema)) for (const check of checks) check(use, once, context)
    },
  })
}

interface Use {
  variable?: Variable
  tag?: ClassPattern
  count: number
}

/**
 * Returns the first use of each variable and class of a rule, in source order. It skips names that
 * start with `_`, contain `::`, are registered or are unions.
 */
function namesIn(rule: Rule, schema: Schema): readonly (readonly [use: Variable | ClassPattern, once: boolean])[] {
  const uses = new Map<string, Use>()
  walk(rule, (node) => {
    if (node.kind !== 'variable' && node.kind !== 'class pattern') return
    const name = node.kind === 'variable' ? node.name : node.tag
    if (name.startsWith('_') || name === 'Actor' || name === 'Resource' || name.includes('::') || schema.isName(name)) {
      return
    }
    const use: Use = uses.get(name) ?? { count: 0 }
    if (use.count++ === 0) uses.set(name, use)
    if (node.kind === 'variable') use.variable ??= node
    else use.tag ??= node
  })
  return [...uses.values()].flatMap(({ variable, tag, count }) =>
    [variable, tag].filter((use) => use !== undefined).map((use) => [use, count === 1] as const),
  )
}
