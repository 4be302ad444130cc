import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('undefined-rule', () => {
  test.each([
    [
      'points at each call of a rule that is not there',
      'f(x) if g(x) or not (h(x) and forall(k(x), f(x)));',
      ['1:9 g(x)', '1:22 h(x)', '1:38 k(x)'],
    ],
    ['is content with a rule of another arity', 'f(x) if g(x); g(1, 2);', []],
    ['does not take methods and classes for rules', 'f(x) if x.g(1) and x = new Person(2);', []],
    ['leaves inline queries to themselves', '?= g(1);', []],
    [
      'points at what shorthand calls',
      'actor Person {} resource Folder { permissions = ["p", "q"]; relations = {c: Folder}; "p" if "q"; }',
      [],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('undefined-rule', policy)).toEqual(found)
  })

  test('suggests a near one', () => {
    expect(diagnosticsOf('undefined-rule', 'f(x) if frend(x); friend(_);').map((one) => one.hint)).toEqual([
      'did you mean "friend"?',
    ])
  })
})

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
