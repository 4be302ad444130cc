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
    [
      'points at a rule with other names',
      'f(x, _) if x.a = y and y = 1; f(u, _) if u.a  = v and v = 1;',
      ['1:31 f(u, _) if u.a  = v and v = 1;'],
    ],
    ['keeps variables apart', 'f(x, y) if x.a = y; f(x, y) if y.a = x; f(x, y) if x.b = y;', []],
    [
      'keeps classes and constants apart',
      'f(_: Folder) if limit = 1; f(_: Company) if limit = 1; f(_: Folder) if x = 1;',
      [],
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
