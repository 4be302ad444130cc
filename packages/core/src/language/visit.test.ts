import { expect, test } from 'vitest'
import type { Node } from './ast.js'
import { parseFile } from './parse.js'
import { Source } from './source.js'
import { policies } from './testing/policies.js'
import { descendants, eachChild } from './visit.js'

test('returns the outer before the inner, in source order', () => {
  const { file } = parseFile(new Source('f(x: Integer) if g(x, a: y) and not x.b = [1, *r];'))
  const seen = descendants(file).map((node) => ('name' in node ? `${node.kind} ${String(node.name)}` : node.kind))
  expect(seen.join(', ')).toBe(
    'file, rule f, parameter, variable x, class pattern, and, call g, variable x, variable y, ' +
      'not, unify, dot, variable x, string, list, number, variable r',
  )
})

test('returns what another function reaches', () => {
  const { file } = parseFile(new Source('f(x) if g(y) and forall(z in xs, z.ok);'))
  const found = descendants(file, (node, look) => {
    if (node.kind !== 'forall') eachChild(node, look)
  })
  expect(found.flatMap((node) => (node.kind === 'variable' ? [node.name] : []))).toEqual(['x', 'y'])
})

test.each(policies)('reaches every node, within its parent', (text) => {
  const { file } = parseFile(new Source(text))
  const all: Node[] = [file]
  for (const node of all)
    eachChild(node, (child) => {
      all.push(child)
      expect(child.span.end).toBeGreaterThanOrEqual(child.span.start)
      expect(child.span.start).toBeGreaterThanOrEqual(node.span.start)
      expect(child.span.end).toBeLessThanOrEqual(node.span.end)
    })
  expect(new Set(descendants(file))).toEqual(new Set(all))
  expect(all.length).toBeGreaterThan(file.statements.length)
})
