import type { Expression, Node, Rule } from '../language/ast.js'
import { children } from '../language/visit.js'
import type { Policy } from '../policy/policy.js'

/** The texts that a policy speaks of: an action that is not among them is one that nobody named. */
export function wordsOf(policy: Policy): ReadonlySet<string> {
  const words = new Set<string>()
  const open: Node[] = []
  for (const rules of policy.rules.values()) for (const rule of rules) open.push(rule)
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === 'string') words.add(node.value)
    for (const child of children(node)) open.push(child)
  }
  for (const block of policy.blocks.values()) for (const name of [...block.permissions, ...block.roles]) words.add(name)
  return words
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
