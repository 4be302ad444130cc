import type { Expression, Node } from '../language/ast.js'

/** How often each variable stands in a node, `_` left aside. */
export function occurrences(node: Node): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  walk(node, (one) => {
    if (one['kind'] === 'variable' && one['name'] !== '_')
      found.set(String(one['name']), (found.get(String(one['name'])) ?? 0) + 1)
  })
  return found
}

/** Whether a body contains a `cut`. */
export function hasCut(body: Expression): boolean {
  let found = false
  walk(body, (one) => {
    found ||= one['kind'] === 'cut'
  })
  return found
}

type Plain = Readonly<Record<string, unknown>>

/** Visits a node and all below it, entries of dictionaries too. */
function walk(root: Node, visit: (one: Plain) => void): void {
  const stack: unknown[] = [root]
  for (let one = stack.pop(); one !== undefined; one = stack.pop()) {
    if (Array.isArray(one)) {
      stack.push(...one)
      continue
    }
    if (typeof one !== 'object' || one === null) continue
    const node = one as Plain
    visit(node)
    for (const [key, child] of Object.entries(node))
      if (key !== 'span' && key !== 'head' && typeof child === 'object') stack.push(child)
  }
}
