import type { Node } from '../../language/ast.js'
import { children, type NodeOf } from '../../language/visit.js'

/** What a check wants to see: a function for each kind of node that matters to it; `end` comes after the last node. */
export type Handlers = { readonly [K in Node['kind']]?: (node: NodeOf<K>) => void } & { readonly end?: () => void }

/**
 * Calls `look` for a node and everything below it, in the order of the text. A method call and a `new` are seen as their
 * arguments only, so that every `call` that is seen calls a rule.
 */
export function walk(root: Node, look: (node: Node) => void): void {
  const open: Node[] = [root]
  for (let node = open.pop(); node; node = open.pop()) {
    look(node)
    if (node.kind === 'new') pushChildren(node.call, open)
    else if (node.kind === 'dot') {
      if (node.member.kind === 'call') pushChildren(node.member, open)
      else if (node.member.kind === 'variable') open.push(node.member)
      open.push(node.object)
    } else pushChildren(node, open)
  }
}

/** Puts what is right below a node on a stack, the last first. */
function pushChildren(node: Node, open: Node[]): void {
  const below = children(node)
  for (let index = below.length - 1; index >= 0; index--) open.push(below[index]!)
}
