import type { ClassPattern, Rule, Variable } from '../../language/ast.js'
import type { Schema } from '../../schema/schema.js'
import { walk } from './walk.js'

/**
 * The variables and classes that stand just once in a rule, in the order of the text; but for names that start with `_`,
 * contain `::`, are registered or are unions.
 */
export function onceUsed(rule: Rule, schema: Schema): readonly (Variable | ClassPattern)[] {
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
