import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('ambiguous-precedence', () => {
  test.each([
    ['points at an and in an or', 'f(a, b) if a = 1 and b = 2 or a = 3;', ['1:12 a = 1 and b = 2']],
    [
      'points at each of several',
      'f(a) if a = 4 or (a = 1) and a = 3 or a = 2 and a = 7;',
      ['1:18 (a = 1) and a = 3', '1:39 a = 2 and a = 7'],
    ],
    [
      'looks into not and forall',
      'f(a) if not (a = 1 or a = 2 and a = 3) and forall(a = 1, a = 1 or a = 2 and a = 3);',
      ['1:23 a = 2 and a = 3', '1:67 a = 2 and a = 3'],
    ],
    ['is content with parentheses', 'f(a) if a = 1 and ( a = 2 or a = 3);', []],
    ['is content where only one of the two stands', 'f(a) if a = 1 and a = 2 and a = 3;', []],
  ])('%s', (_, policy, found) => {
    expect(problems('ambiguous-precedence', policy)).toEqual(found)
  })
})
