import type { ClassPattern, Rule, Variable } from '../../language/ast.js'
import type { Schema } from '../../schema/schema.js'
import type { Check, CheckContext } from './check.js'
import { walk } from './walk.js'

/** Says what is to be said of a name that stands just once in a rule. */
export type OnceUsedCheck = (use: Variable | ClassPattern, context: CheckContext) => void

/** Checks of the names that stand just once in a rule. */
export function checkOnceUsed(...checks: readonly OnceUsedCheck[]): Check {
  return (context) => ({
    rule: (rule) => {
      for (const use of onceUsed(rule, context.schema)) for (const check of checks) check(use, context)
    },
  })
}

/**
 * The variables and classes that stand just once in a rule, in the order of the text; but for names that start with `_`,
 * contain `::`, are registered or are unions.
 */
function onceUsed(rule: Rule, schema: Schema): readonly (Variable | ClassPattern)[] {
  const uses = new Map<string, Variable | ClassPattern | undefined>()
  walk(rule, (node) => {
    if (node.kind !== 'variable' && node.kind !== 'class pattern') return
    const name = node.kind === 'variable' ? node.name : node.tag
    if (name.startsWith('_') || name === 'Actor' || name === 'Resource' || name.includes('::') || schema.isName(name)) {
      return
    }
    uses.set(name, uses.has(name) ? undefined : node)
  })
  return [...uses.values()].filter((use) => use !== undefined)
}
