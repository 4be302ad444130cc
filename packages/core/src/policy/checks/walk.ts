import type { Node } from '../../language/ast.js'
import { children, type NodeOf } from '../../language/visit.js'

/**
 * The handlers of a check: a function for each kind of node that it reads; `end` is called after
 * the last node.
 */
export type Handlers = { readonly [K in Node['kind']]?: (node: NodeOf<K>) => void } & { readonly end?: () => void }

/**
 * Calls `look` for a node and everything below it, in source order.
 * A method call and a `new` are visited as their arguments only, so that every visited `call` calls
 * a rule. (The parser limits how deep nodes nest.)
 */
export function walk(node: Node, look: (node: Node) => void): void {
  look(node)
  for (const one of below(node)) walk(one, look)
}

function below(node: Node): readonly Node[] {
  if (node.kind === 'new') return children(node.call)
  if (node.kind !== 'dot') return children(node)
  const { object, member } = node
  if (member.kind === 'string') return [object]
  return member.kind === 'call' ? [object, ...children(member)] : [object, member]
}
