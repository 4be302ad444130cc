import { expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

test.each([
  ['before it has a value', 'f(d) if not x in d.list and x.id = 1;', ['1:13 x']],
  ['before it has a value, in forall', 'f(d) if forall(x in d.list, x.id = 2) and x = 1;', ['1:16 x']],
  ['in each alternative', 'f(d) if (not x in d.list and x = 1) or (not y in d.list and y = 1);', ['1:14 x', '1:45 y']],
  ['that has its value already', 'f(d) if x in d.list and not x.id = 1 and x.name = "a";', []],
  ['of the head', 'f(d, x) if not x in d.list and x.id = 1;', []],
  ['of this negation alone', 'f(d) if not (x in d.list and x.id = 1) and d.open = true;', []],
  ['in two negations', 'f(d) if not x in d.list and not (x in d.list and x.id = 1);', []],
  ['of an alternative, with a value from another one', 'f(d) if (x = 1 or not x in d.list) and x = d.id;', []],
  ['that is a class or nil', 'f(d) if not d matches Person and not d = nil and (d matches Person or d = nil);', []],
])('a variable is used in a negation: %s', (_, policy, found) => {
  expect(problems('unbound-variable', policy)).toEqual(found)
})
