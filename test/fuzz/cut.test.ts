import { UnsupportedFilterError } from '@arcturus/core'
import { expect, test } from 'vitest'
import { authorizerFor, expectSameAsCheck, User } from './items.js'

const rule = (goals: string): string => `allow(_: User, "read", i: Item) if ${goals};`

test.each([
  rule('i.whole = 1 and cut'),
  rule('cut and i.whole = 1'),
  rule('cut and i.id > -1'),
  `${rule('i.whole = 1 and cut and i.text = "a"')} ${rule('i.whole < 2')}`,
  `${rule('i.number > 0 and cut and i.text = "a" and cut and i.other = "a"')} ${rule('i.whole < 2')}`,
  `${rule('i.text = "ab"')} ${rule('i.main.whole = 1 and cut and i.main.text = "a"')} ${rule('i.whole < 2')}`,
  `${rule('part in i.parts and part.whole = 1 and cut and i.text = "a"')} ${rule('i.whole < 2')}`,
  `${rule('m = i.main and m matches Item{whole: 1} and cut and m.text = "a"')} ${rule('i.whole < 2')}`,
  `${rule('(i.whole = 1 and cut and i.text = "a") or i.number = 1')} ${rule('i.whole = 2')}`,
  rule('not (i.whole = 1 and cut) and i.text = "a"'),
  rule('not (_ in i.parts and cut and i.whole = 1)'),
  `allow(_: User, "read", i: Item) if has(i); has(i) if i.whole > 1 and cut and i.text = "a"; has(i) if i.number = 1;`,
  `allow(_: User, "read", i: Item) if larger(i.whole, i.number, n) and n = 1;
   larger(a, b, a) if a >= b and cut; larger(_, b, b);`,
  `allow(u: User, "read", i: Item) if one in u.items and first(one, i) and i.text = "a";
   first(one: Item, i: Item) if one = i and cut; first(one, i) if one.main = i.main;`,
])('a filter keeps to the first alternative as the check does: %s', (rules) => {
  expectSameAsCheck(rules)
})

test.each(['part in i.parts and cut and part.whole = 1', 'i.whole = 1 or cut'])(
  'a filter that depends on the first solution is rejected: %s',
  (goals) => {
    const filter = authorizerFor(rule(goals)).filter(new User(), 'read', 'Item')
    expect(() => filter.definite()).toThrow(UnsupportedFilterError)
  },
)
