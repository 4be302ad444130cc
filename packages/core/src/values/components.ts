/**
 * Returns the groups of nodes that lead to each other, each after the groups that it leads to.
 * These are the strongly connected components, by Tarjan's algorithm with a stack of its own.
 */
export function components<Node>(
  nodes: Iterable<Node>,
  next: (node: Node) => Iterable<Node>,
): readonly (readonly Node[])[] {
  const found: Node[][] = []
  const order = new Map<Node, number>()
  const lowest = new Map<Node, number>()
  const open: Node[] = []
  const path: { readonly node: Node; readonly next: Iterator<Node> }[] = []
  const lower = (node: Node, to: number): void => void lowest.set(node, Math.min(lowest.get(node)!, to))
  const enter = (node: Node): void => {
    lowest.set(node, order.size)
    order.set(node, order.size)
    open.push(node)
    path.push({ node, next: next(node)[Symbol.iterator]() })
  }
  for (const root of nodes) {
    if (!order.has(root)) enter(root)
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const { node } = top
      const { done, value: other } = top.next.next()
      if (done !== true) {
        if (order.has(other)) lower(node, order.get(other)!)
        else enter(other)
        continue
      }
      path.pop()
      const outer = path.at(-1)
      if (outer) lower(outer.node, lowest.get(node)!)
      if (lowest.get(node) !== order.get(node)) continue
      const group = open.splice(open.lastIndexOf(node))
      // A node of a finished group lowers no other.
      for (const one of group) order.set(one, Number.POSITIVE_INFINITY)
      found.push(group)
    }
  }
  return found
}
