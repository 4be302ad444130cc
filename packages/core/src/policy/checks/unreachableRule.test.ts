import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('unreachable-rule', () => {
  test.each([
    ['points at a rule behind one that cuts at once', 'f(_) if cut; f(1);', ['1:14 f(1)']],
    [
      'sees a cut that only printing precedes',
      'f(_, _: Person) if print("x") and cut and g(1); f(1, _: Person) if g(2); g(1);',
      ['1:49 f(1, _: Person)'],
    ],
    ['knows that special rules are tried first', 'f(_) if cut; f(_: Person); f(_: Integer);', []],
    ['knows that a cut behind a goal may not be met', 'f(x) if x = 1 and cut; f(2);', []],
    ['knows that a cutting rule may not match', 'f(1) if cut; f(2); g(x, x) if cut; g(1, 2); h(nil) if cut; h(1);', []],
    [
      'knows that fields may not match',
      'f(_: Document{title: t}) if cut and t = 1; f(_: Document{title: t}) if t = 2;',
      [],
    ],
    ['keeps arities apart', 'f(_) if cut; f(1, 2);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('unreachable-rule', policy)).toEqual(found)
  })
})
