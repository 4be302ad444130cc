import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('repeated-rule', () => {
  test.each([
    [
      'points at a rule that is written again',
      `f(x) if x = 1; g(1);
f(x) if x = 1;`,
      ['2:1 f(x) if x = 1;'],
    ],
    ['keeps strings apart', 'f("a  b"); f("a b");', []],
    [
      'keeps the shorthand of classes apart',
      'resource Company { permissions = ["p", "q"]; "p" if "q"; } resource Folder { permissions = ["p", "q"]; "p" if "q"; }',
      [],
    ],
    [
      'points at shorthand that is written again',
      'resource Company { permissions = ["p", "q"]; "p" if "q"; "p" if "q"; }',
      ['1:58 "p" if "q";'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('repeated-rule', policy)).toEqual(found)
  })
})
