import { describe, expect, test } from 'vitest'
import { diagnosticsOf, problems } from '../testing/problems.js'

describe('invalid-rule', () => {
  test.each([
    ['counts parameters', 'allow(_, _);', ['1:1 allow(_, _)']],
    [
      'wants one of the types',
      'type f(_: Person); type f(_: Integer); f(_: Employee); f(1); f("a"); f(_: Company);',
      ['1:62 f("a")', '1:70 f(_: Company)'],
    ],
    ['wants a class where the type has one', 'type f(x: Person); f(x) if x = 1;', ['1:20 f(x)']],
    ['knows subclasses, not superclasses', 'type f(_: Secret); f(_: Document);', ['1:20 f(_: Document)']],
    [
      'does not take every float for an integer',
      'type f(_: Integer); type g(_: Float); f(1.5); f(_: Float); g(1); g(_: Integer);',
      ['1:39 f(1.5)', '1:47 f(_: Float)'],
    ],
    [
      'wants fields and values',
      'type f(_: Document{title: 1}); f(_: Document); f(_: Document{title: 1, note: 2}); f(_: Document{title: 2});',
      ['1:32 f(_: Document)', '1:83 f(_: Document{title: 2})'],
    ],
    ['compares values', 'type f(1); f(1.0); f(2); f(x) if x = 1; f(_: 1);', ['1:20 f(2)', '1:26 f(x)', '1:41 f(_: 1)']],
    [
      'compares dictionaries',
      'type f(_: {a: 1}); f({a: 1, b: 2}); f(_: {a: 1}); f({b: 2}); f(1);',
      ['1:51 f({b: 2})', '1:62 f(1)'],
    ],
    ['looks for the elements of lists', 'type f([1, 2]); f([2, 3, 1]); f([1]);', ['1:31 f([1])']],
    ['takes anything where the type has a variable', 'type f(_); f(1); f(_: Person); f(x.y) if x = 1;', []],
    [
      'wants a name in has_permission',
      'actor Person {} resource Company {} has_permission(_: Person, 1, _: Company);',
      ['1:37 has_permission(_: Person, 1, _: Company)'],
    ],
    [
      'knows members of unions, and their subclasses',
      'actor Person {} resource Company {} has_permission(_: Employee, "a", _: Company); has_permission(_: Actor, "a", _: Resource); has_permission(_: Resource, "a", _: Company);',
      ['1:127 has_permission(_: Resource, "a", _: Company)'],
    ],
    [
      'wants has_role to name the role once roles are declared',
      'actor Person {} resource Company { roles = ["a"]; } has_role(_: Person, _, _: Company); has_role(_: Person, "a", _: Company);',
      ['1:53 has_role(_: Person, _, _: Company)'],
    ],
    [
      'wants has_relation to name a declared relation once some are',
      'resource Company {} resource Folder { relations = {c: Company}; } has_relation(_: Company, "c", _: Folder); has_relation(_: Company, "d", _: Folder); has_relation(_, _, _);',
      ['1:109 has_relation(_: Company, "d", _: Folder)', '1:151 has_relation(_, _, _)'],
    ],
    [
      'points at what a shorthand rule follows from',
      'actor Person {} resource Folder { roles = ["a"]; relations = {o: Person}; "o" if "a"; } has_role(_: Person, "a", _: Folder); has_relation(_: Person, "o", _: Folder);',
      ['1:82 "a"'],
    ],
  ])('%s', (_, policy, found) => {
    expect(problems('invalid-rule', policy)).toEqual(found)
  })

  test('names the mismatch', () => {
    expect(
      diagnosticsOf('invalid-rule', 'actor Person {} has_permission(_: Person, 1, _: Person);').map((one) => one.hint),
    ).toEqual([
      'not has_permission(actor: Actor, _permission: String, resource: Resource): parameter 2 is Integer, not String',
    ])
  })
})

test.each([
  ['has_permission(_, "read", d: Document) if d.open = true;', 'for everybody, write: allow(_, "read", d: Document)'],
  ['has_permission(nil, "read", d: Document) if d.open = true;', 'users; write: allow(nil, "read", d: Document)'],
])('the hint for anonymous users is a rule of allow: %s', (rule, hint) => {
  const policy = `actor Person {} resource Document { permissions = ["read"]; } ${rule}`
  const [found] = diagnosticsOf('invalid-rule', policy)
  expect(found?.hint).toContain(hint)
  expect(found?.hint).not.toContain('nil: Actor')
})
