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
