import type { Node } from './ast.js'
import { descendants, eachChild } from './visit.js'

/** Returns how often each variable occurs in some nodes; `_` never counts. */
export function occurrences(...nodes: readonly Node[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const open: Node[] = [...nodes]
  const push = (node: Node): void => void open.push(node)
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.kind === 'variable' && node.name !== '_') counts.set(node.name, (counts.get(node.name) ?? 0) + 1)
    eachChild(node, push)
  }
  return counts
}

/** Returns whether a node is a `cut`. */
export function isCut({ kind }: Node): boolean {
  return kind === 'cut'
}

/** Returns whether a node contains a `cut`. */
export function hasCut(node: Node): boolean {
  return descendants(node).some(isCut)
}

/** Returns whether a node makes an object. */
export function hasNew(node: Node): boolean {
  return descendants(node).some(({ kind }) => kind === 'new')
}
