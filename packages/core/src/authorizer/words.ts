import type { Expression, Node, Rule } from '../language/ast.js'
import type { Policy } from '../policy/policy.js'

/** The texts that a policy speaks of: an action that is not among them is one that nobody named. */
export function wordsOf(policy: Policy): ReadonlySet<string> {
  const words = new Set<string>()
  for (const rules of policy.rules.values()) for (const rule of rules) collect(rule, words)
  for (const block of policy.blocks.values()) for (const name of [...block.permissions, ...block.roles]) words.add(name)
  return words
}

function collect(root: Node, words: Set<string>): void {
  const stack: unknown[] = [root]
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (typeof one !== 'object' || one === null) continue
    const node = one as Readonly<Record<string, unknown>>
    if (node['kind'] === 'string') words.add(String(node['value']))
    else
      for (const [key, child] of Object.entries(node))
        if (key !== 'span' && key !== 'head' && typeof child === 'object') stack.push(child)
  }
}

/** The actions that can be meant for a resource's class: permissions of its block, and what `allow` rules name. */
export function actionsFor(policy: Policy, ancestors: readonly string[]): readonly string[] {
  const actions = new Set<string>()
  for (const name of ancestors)
    for (const permission of policy.blocks.get(name)?.permissions ?? []) actions.add(permission)
  for (const name of ['allow', 'has_permission']) {
    for (const rule of policy.rules.get(name) ?? []) {
      if (!concerns(rule, ancestors)) continue
      const action = literal(rule.parameters[1]?.term)
      if (action !== undefined) actions.add(action)
    }
  }
  return [...actions]
}

function concerns(rule: Rule, ancestors: readonly string[]): boolean {
  const pattern = rule.parameters[2]?.pattern
  return (
    pattern?.kind !== 'class pattern' ||
    pattern.tag === 'Resource' ||
    pattern.tag === 'Actor' ||
    ancestors.includes(pattern.tag)
  )
}

function literal(term: Expression | undefined): string | undefined {
  return term?.kind === 'string' ? term.value : undefined
}
