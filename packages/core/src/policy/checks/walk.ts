import type { Node } from '../../language/ast.js'
import { children, type NodeOf } from '../../language/visit.js'

/** What a check wants to see: a function for each kind of node that matters to it; `end` comes after the last node. */
export type Handlers = { readonly [K in Node['kind']]?: (node: NodeOf<K>) => void } & { readonly end?: () => void }

/**
 * Calls `look` for a node and everything below it, in the order of the text. A method call and a `new` are seen as their
 * arguments only, so that every `call` that is seen calls a rule. (The parser limits how deep nodes nest.)
 */
export function walk(node: Node, look: (node: Node) => void): void {
  look(node)
  if (node.kind === 'new') walkAll(children(node.call), look)
  else if (node.kind === 'dot') {
    walk(node.object, look)
    if (node.member.kind === 'call') walkAll(children(node.member), look)
    else if (node.member.kind === 'variable') walk(node.member, look)
  } else walkAll(children(node), look)
}

function walkAll(nodes: readonly Node[], look: (node: Node) => void): void {
  for (const node of nodes) walk(node, look)
}
