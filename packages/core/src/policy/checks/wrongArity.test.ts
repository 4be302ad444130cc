import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('wrong-arity', () => {
  test.each([
    ['points at a call that no rule answers', 'f(x) if g(x, 1); g(1); g(1, 2, 3);', ['1:9 g(x, 1)']],
    ['looks at inline queries', 'g(1); ?= g(1, 2);', ['1:10 g(1, 2)']],
    ['is content where some rule fits', 'f(x) if g(x, 1) and g(x); g(1); g(1, 2);', []],
    ['leaves unknown rules to others', 'f(x) if g(x);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('wrong-arity', policy)).toEqual(found)
  })

  test('names the accepted numbers of arguments', () => {
    expect(diagnosticsOf('wrong-arity', 'f(x) if g(x, 1); g(1); g(1, 2, 3);').map((one) => one.hint)).toEqual([
      'change the arguments: rules of this name have 1 or 3',
    ])
  })
})
