import { expect, test } from 'vitest'
import { components } from './components.js'

const groups = (next: Readonly<Record<string, string>>): readonly string[] =>
  components(Object.keys(next), (node) => next[node]!).map((group) => [...group].sort().join(''))

test.each([
  ['nodes that lead nowhere', { a: '', b: '' }, ['a', 'b']],
  ['a node that leads to itself', { a: 'a' }, ['a']],
  ['a chain, its end first', { a: 'b', b: 'c', c: '' }, ['c', 'b', 'a']],
  ['a ring', { a: 'b', b: 'c', c: 'a' }, ['abc']],
  ['a ring with a way out and one in', { a: 'b', b: 'cd', c: 'b', d: '' }, ['d', 'bc', 'a']],
  ['a node that leads to a finished ring', { a: 'b', b: 'a', c: 'ad', d: 'c' }, ['ab', 'cd']],
  ['two rings with a node in common', { a: 'bc', b: 'a', c: 'd', d: 'a' }, ['abcd']],
])('groups %s', (_, next, expected) => {
  expect(groups(next)).toEqual(expected)
})

test('follows a long chain without recursion', () => {
  const found = components([0], (node) => (node < 20_000 ? [node + 1] : []))
  expect(found).toHaveLength(20_001)
})
