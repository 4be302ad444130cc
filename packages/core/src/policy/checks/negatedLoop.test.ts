import { describe, expect, test } from 'vitest'
import { problems } from '../testing/problems.js'

describe('negated-loop', () => {
  test.each([
    ['points at a rule that needs its own negation', 'f(x) if not f(x);', ['1:9 not f(x)']],
    [
      'points at it whatever other rules prove',
      'f(x) if x = 1; f(x: Folder) if x.name = "a" and not f(x);',
      ['1:49 not f(x)'],
    ],
    ['looks into alternatives that are negated together', 'f(x) if not (x = 1 or f(x));', ['1:9 not (x = 1 or f(x))']],
    [
      'follows a rule that holds whenever the head does',
      'f(x, "a") if not g("a", x); g(b, y) if y = 1 or f(y, b);',
      ['1:14 not g("a", x)'],
    ],
    [
      'follows the shorthand of a block',
      `actor Person {} resource Folder { permissions = ["read"]; roles = ["reader"]; "read" if "reader"; }
has_role(p: Person, "reader", f: Folder) if not has_permission(p, "read", f);`,
      ['2:45 not has_permission(p, "read", f)'],
    ],
    ...['f(x, _, y) if not f(x, "a", y);', 'f(x, "a", y) if x.name = y.name;'].map(
      (_, at, rules): [string, string, string[]] => [
        `takes a wildcard of the head for a literal, rule ${at}`,
        (at ? rules.toReversed() : rules).join('\n'),
        [`${at + 1}:15 not f(x, "a", y)`],
      ],
    ),
    [
      'takes a text of the head for a literal, beside goals without it',
      'f(x: Folder, _: String) if x.name = "b" and not g(x); g(x: Folder) if f(x, "a");',
      ['1:45 not g(x)'],
    ],
    [
      'compares classes with fields',
      'f(x: Folder{name: "b"}, a) if not f(x, "a") and a != "a";',
      ['1:31 not f(x, "a")'],
    ],
    [
      'accepts a literal that is tested before, or that is no value of the head',
      'f(x, a) if a != "a" and not f(x, "a"); g(x, _: Integer) if not g(x, "a"); g(x, "a") if x.name = "a";',
      [],
    ],
    ['accepts a literal that `cut` decides', 'f(x, "a") if cut and x.name = "a"; f(x, _) if not f(x, "a");', []],
    ['accepts a negation for other arguments', 'f(x: Folder) if not f(x.parent); g(x, y) if not g(y, x);', []],
    [
      'accepts a negation of less than the head',
      'f(x) if not (x = 1 and f(x)); g(x) if not h(x); h(x) if x = 1 and g(x);',
      [],
    ],
    ['accepts a rule that may not match', 'f(x: Folder) if not g(x); g(x: Company) if f(x); g(1);', []],
    [
      'accepts a rule that `cut` may keep from being tried',
      'f(x: Folder) if not g(x); g(x) if x.name = "a" and cut and x.id = 1; g(x) if f(x);',
      [],
    ],
    ['accepts a list of other values', 'f([a, b]) if not g(b, a); g(a, b) if f([a, b]);', []],
    ['accepts two negations', 'f(x) if not g(x); g(x) if not f(x);', []],
  ])('%s', (_, policy, found) => {
    expect(problems('negated-loop', policy)).toEqual(found)
  })
})
