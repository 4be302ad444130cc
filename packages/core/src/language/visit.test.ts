import { expect, test } from 'vitest'
import type { Node } from './ast.js'
import { parseFile } from './parse.js'
import { Source } from './source.js'
import { policies } from './testing/policies.js'
import { eachChild, visit } from './visit.js'

test('visits the outer before the inner, in source order, with what is around', () => {
  const { file } = parseFile(new Source('f(x: Integer) if g(x, a: y) and not x.b = [1, *r];'))
  const seen: string[] = []
  visit(file, {
    variable: ({ name }, parents) => seen.push(`${name} in ${parents.map((parent) => parent.kind).join(' ')}`),
    call: ({ name }) => seen.push(`${name}()`),
    'class pattern': ({ tag }) => seen.push(tag),
  })
  expect(seen).toEqual([
    'x in file rule parameter',
    'Integer',
    'g()',
    'x in file rule and call',
    'y in file rule and call',
    'x in file rule and not unify dot',
    'r in file rule and not unify list',
  ])
})

test('skips nodes that the visitor declines', () => {
  const { file } = parseFile(new Source('f(x) if g(y) and forall(z in xs, z.ok);'))
  const names: string[] = []
  visit(file, { forall: () => false, variable: ({ name }) => void names.push(name) })
  expect(names).toEqual(['x', 'y'])
})

test.each(policies)('reaches every node, within its parent', (text) => {
  const { file } = parseFile(new Source(text))
  let nodes = 0
  const check = (
    node: { span: { start: number; end: number } },
    parents: readonly { span: { start: number; end: number } }[],
  ) => {
    nodes++
    const parent = parents.at(-1)
    expect(node.span.end).toBeGreaterThanOrEqual(node.span.start)
    if (!parent) return
    expect(node.span.start).toBeGreaterThanOrEqual(parent.span.start)
    expect(node.span.end).toBeLessThanOrEqual(parent.span.end)
  }
  const all: Node[] = [file]
  for (const node of all) eachChild(node, (child) => all.push(child))
  visit(file, Object.fromEntries(all.map(({ kind }) => [kind, check])))
  expect(nodes).toBe(all.length)
  expect(nodes).toBeGreaterThan(file.statements.length)
})
