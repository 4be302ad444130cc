import type { Node, Rule } from '../../language/ast.js'
import { eachChild } from '../../language/visit.js'

/**
 * Returns the names of rules that can lead to a call of themselves. They are the strongly connected
 * components of "calls", by Tarjan's algorithm with a stack of its own.
 */
export function recursiveNames(rules: ReadonlyMap<string, readonly Rule[]>): ReadonlySet<string> {
  const calls = new Map([...rules].map(([name, all]) => [name, [...calledBy(all)].filter((other) => rules.has(other))]))
  const recursive = new Set<string>()
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const component: string[] = []
  const open = new Set<string>()
  for (const root of calls.keys()) {
    if (order.has(root)) continue
    const path: { readonly name: string; at: number }[] = []
    enter(root, path)
    while (path.length > 0) {
      const top = path[path.length - 1]!
      const called = calls.get(top.name)!
      const other = called[top.at++]
      if (other === undefined) {
        path.pop()
        leave(top.name, path[path.length - 1]?.name)
      } else if (!order.has(other)) enter(other, path)
      else if (open.has(other)) lower(top.name, order.get(other)!)
    }
  }
  return recursive

  function enter(name: string, path: { readonly name: string; at: number }[]): void {
    order.set(name, order.size)
    lowest.set(name, order.get(name)!)
    component.push(name)
    open.add(name)
    path.push({ name, at: 0 })
  }

  function lower(name: string, to: number): void {
    if (to < lowest.get(name)!) lowest.set(name, to)
  }

  function leave(name: string, parent: string | undefined): void {
    if (parent !== undefined) lower(parent, lowest.get(name)!)
    if (lowest.get(name) !== order.get(name)) return
    const members = component.splice(component.lastIndexOf(name))
    for (const member of members) {
      open.delete(member)
      if (members.length > 1 || calls.get(member)!.includes(member)) recursive.add(member)
    }
  }
}

function calledBy(rules: readonly Rule[]): Set<string> {
  const names = new Set<string>()
  const look = (node: Node): void => {
    if (node.kind === 'call') names.add(node.name)
    eachChild(node, look)
  }
  for (const { body } of rules) if (body) look(body)
  return names
}
