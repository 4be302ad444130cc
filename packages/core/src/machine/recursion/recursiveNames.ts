import type { Rule } from '../../language/ast.js'
import { descendants } from '../../language/visit.js'
import { components } from '../../values/components.js'

/** Returns the names of rules that can lead to a call of themselves. */
export function recursiveNames(rules: ReadonlyMap<string, readonly Rule[]>): ReadonlySet<string> {
  const calls = new Map([...rules].map(([name, all]) => [name, [...calledBy(all)].filter((other) => rules.has(other))]))
  const groups = components(calls.keys(), (name) => calls.get(name)!)
  return new Set(groups.filter(([name, ...others]) => others.length > 0 || calls.get(name!)!.includes(name!)).flat())
}

function calledBy(rules: readonly Rule[]): Set<string> {
  const names = new Set<string>()
  for (const { body } of rules)
    for (const node of body ? descendants(body) : []) if (node.kind === 'call') names.add(node.name)
  return names
}
