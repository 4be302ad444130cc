import type { Node } from '../../language/ast.js'
import { eachChild, type NodeOf } from '../../language/visit.js'

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
  const step = (one: Node): void => {
    look(one)
    if (one.kind === 'new') eachChild(one.call, step)
    else if (one.kind === 'dot') {
      step(one.object)
      if (one.member.kind === 'call') eachChild(one.member, step)
      else if (one.member.kind !== 'string') step(one.member)
    } else eachChild(one, step)
  }
  step(node)
}
