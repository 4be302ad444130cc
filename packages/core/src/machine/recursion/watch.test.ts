import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ask } from '../testing/ask.js'

class Node {
  parent: Node | null = null
  next: Node[] = []
  views = false
  constructor(readonly id: number) {}
}

describe('a call that has failed', () => {
  const policy = `
    editor(node: Node) if node.parent != nil and editor(node.parent);
    viewer(node: Node) if node.views = true;
    viewer(node: Node) if editor(node);
    viewer(node: Node) if node.parent != nil and viewer(node.parent);
  `
  test.each([true, false])('is not evaluated again below each of many others, viewer: %s', (views) => {
    const root = new Node(0)
    root.views = views
    let leaf = root
    for (let id = 1; id < 1000; id++) {
      const child = new Node(id)
      child.parent = leaf
      leaf = child
    }
    // to look into each again takes millions
    const limits = { steps: 100_000 }
    expect(ask('viewer(leaf)', { policy, classes: { Node }, constants: { leaf }, limits })).toHaveLength(views ? 1 : 0)
  })

  test('may succeed elsewhere if it failed only inside another call', () => {
    const graph = fc.array(fc.array(fc.nat(5), { maxLength: 3 }), { minLength: 2, maxLength: 6 })
    const policy = `
      busy(n) if n > 0 and busy(n - 1);
      even(from, to) if from = to;
      even(from, to) if node in from.next and odd(node, to);
      odd(from, to) if node in from.next and even(node, to);
    `
    fc.assert(
      fc.property(graph, (edges) => {
        const nodes = edges.map((_, id) => new Node(id))
        for (const [id, to] of edges.entries()) nodes[id]!.next = to.map((at) => nodes[at % nodes.length]!)
        // so many calls that failures are remembered
        const query = 'not busy(600) and x in nodes and y in nodes and even(x, y)'
        const found = ask(query, { policy, classes: { Node }, constants: { nodes } })
        // the query's variables are bound to nodes
        const pairs = found.map(({ x, y }) => `${(x as Node).id} ${(y as Node).id}`)
        expect([...new Set(pairs)].sort()).toEqual(evenPairs(nodes).sort())
      }),
      { numRuns: 60 },
    )
  })
})

/** Pairs of nodes with an even number of steps from one to the other. */
function evenPairs(nodes: readonly Node[]): string[] {
  return nodes.flatMap((from) => {
    const places = new Set([`${from.id} 0`])
    for (const place of places) {
      const [id, parity] = place.split(' ').map(Number) as [number, number]
      for (const next of nodes[id]!.next) places.add(`${next.id} ${1 - parity}`)
    }
    return [...places].filter((place) => place.endsWith(' 0')).map((place) => `${from.id} ${place.split(' ')[0]}`)
  })
}
