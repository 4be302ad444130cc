import { describe, test } from 'vitest'
import { expectSameAsCheck } from './items.js'

const item = (goals: string): string => `allow(_user: User, "read", item: Item) if ${goals};`

const rules: readonly (readonly [string, string])[] = [
  ['a comparison before the value', item('v > 1 and v = item.number')],
  ['a comparison in an arm', item('(v > item.whole or item.flag = true) and v = 2')],
  ['a calculation before its values', item('v + w = 3 and w = item.whole and v = item.number')],
  ['a field before the row', item('v.number > 0 and v in item.parts')],
  ['elements before the list', item('v in all and v.whole = 1 and all = item.parts')],
  ['a pattern before the row', item('v matches Item{text: t} and t = "a" and v = item.main')],
  ['a method before the text', item('item.whole = 1 and v.startsWith("a") and v = item.text')],
  ['what nothing decides', item('item.whole = 1 and _v > item.number')],
  ['what nothing decides beside another arm', item('item.whole = 1 and _v > item.number or item.flag = true')],
  ['what nothing decides inside a negation', item('not (item.whole = 1 and _v > item.number)')],
  ['what nothing decides of each element', item('forall(p in item.parts and _v > p.whole, p.flag = true)')],
  ['what a call leaves to its caller', `${item('f(item) and item.whole = 1')} f(item) if _v > item.number;`],
  [
    'the same inside a negation',
    `${item('not g(item)')} g(item) if f(item) and item.whole = 1; f(item) if _v > item.number;`,
  ],
  [
    'what a call leaves open',
    `${item('f(v, item) and v = 2')} f(v, item: Item) if item.whole < v; f(v, item: Item) if v < item.number;`,
  ],
  [
    'what a head decides',
    `${item('v > 1 and f(v, item)')} f(2, item: Item) if item.flag = true; f(v, item: Item) if v = item.whole;`,
  ],
  ['what a head computes', `${item('f(item, 2) or (f(item, n) and n < 0)')} f(item, item.whole);`],
  ['a negation before the value', `${item('f(v) and v = item.number')} f(v) if not v = 1;`],
  [
    'a negation before the row',
    `${item('f(v, item) and v in item.parts')} f(v, item) if not (v.whole = 1 and item.flag = true);`,
  ],
  [
    'a negation before the value of which it asks nothing',
    `${item('f(_, item)')} f(v, item: Item) if not (v = 1 and item.flag = true);`,
  ],
  [
    'a negation in a negation',
    `${item('f(v, item) and v = item.whole')} f(v, item: Item) if not (not (v = 1 and item.flag = true) and item.number = 1);`,
  ],
  [
    'a negation of a call',
    `${item('not g(v, item) and v = item.whole')} g(v, item: Item) if v = 1 and item.flag = true;`,
  ],
  [
    'a quantifier before the value',
    `${item('f(v, item) and v = item.whole')} f(v, item: Item) if forall(p in item.parts and v < 3, p.whole = v);`,
  ],
  ['variables that are the same one', item('v = w and not (w = 1) and v = item.whole')],
  [
    'what is not reached on the side of the actor',
    'allow(user: User, "read", item: Item) if (own in user.items and t in own.tags and own.main != nil and t = own.main.text) or item.flag = true;',
  ],
]

describe('a variable that is bound later', () => {
  test.each(rules)('%s', (_, policy) => expectSameAsCheck(policy))
})
