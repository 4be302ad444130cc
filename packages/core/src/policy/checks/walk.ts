import type { Node } from '../../language/ast.js'
import { eachChild } from '../../language/visit.js'

/**
 * Calls `look` for the nodes right below a node, in source order.
 * A method call and a `new` are visited as their arguments only, so that every visited `call` calls
 * a rule. (The parser limits how deep nodes nest.)
 */
export function eachVisited(node: Node, look: (node: Node) => void): void {
  switch (node.kind) {
    case 'variable':
    case 'string':
      return
    case 'dot':
      look(node.object)
      if (node.member.kind === 'call') eachChild(node.member, look)
      else if (node.member.kind !== 'string') look(node.member)
      return
    case 'new':
      eachChild(node.call, look)
      return
    default:
      eachChild(node, look)
  }
}
