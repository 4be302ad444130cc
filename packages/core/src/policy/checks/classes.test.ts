import { describe, expect, test } from 'vitest'
import { Source } from '../../language/source.js'
import { createSchema } from '../../values/builtIns.js'
import { buildPolicy } from '../buildPolicy.js'
import { build, officeSchema, problems } from '../testing/problems.js'
import { allChecks } from './all.js'

const blocks = `actor Person {}
resource Folder { roles = ["reader", "writer"]; permissions = ["read"]; "read" if "reader"; "reader" if "writer"; }
resource Document { roles = ["editor"]; permissions = ["edit"]; relations = { folder: Folder }; "edit" if "editor"; "editor" if "writer" on "folder"; }
has_role(person: Person, "writer", folder: Folder) if folder.owner = person;
has_role(person: Person, "editor", document: Document) if document.owner = person;
has_relation(folder: Folder, "folder", document: Document) if document.folder = folder;
allow(actor, action, resource) if has_permission(actor, action, resource);
`
const lines = blocks.split('\n').length
/** The problems of rules beside blocks that have none. */
const beside = (code: Parameters<typeof problems>[0], rules: string): readonly string[] =>
  problems(code, blocks + rules).map((one) => one.replace(/^\d+/, (line) => String(Number(line) - lines + 1)))

test('the policy that the mistakes are written beside has none', () => {
  expect(build(blocks).diagnostics).toEqual([])
})

describe('unmatched-call', () => {
  test.each([
    [
      'a role of the class that a field has',
      'f(p: Person, d: Document) if has_role(p, "editor", d.folder);',
      ['1:42 "editor"'],
    ],
    ['a helper that accepts another class', 'g(_: Folder); f(d: Document) if g(d);', ['1:33 g(d)']],
    ['a helper that accepts another text', 'g("a"); g("b"); f(_) if g("c");', ['1:25 g("c")']],
    [
      'a text in place of a row',
      'g(_: Folder); f(d: Document) if g(d.title) or g(d.folder) or g("x");',
      ['1:62 g("x")'],
    ],
    ['inside not', 'g(_: Folder); f(d: Document) if not g(d);', ['1:37 g(d)']],
  ])('reports %s', (_, rules, found) => {
    expect(beside('unmatched-call', rules)).toEqual(found)
  })

  test.each([
    ['a subclass and its superclass', 'g(_: Document); h(_: Secret); f(s: Secret, d: Document) if g(s) and h(d);'],
    ['unions', 'g(_: Actor); h(_: Resource); f(p: Person, d: Document) if g(p) and h(p) and h(d);'],
    ['a value of unknown class', 'g(_: Folder); f(p: Person, x) if g(p.anything) and g(x);'],
    ['a rule that accepts anything', 'g(_: Folder); g(x) if x = 1; f(d: Document) if g(d);'],
    ['a role in a variable', 'f(p: Person, d: Document, r: String) if has_role(p, r, d);'],
    ['lists', 'g([]); g([_, *xs]) if g(xs); f(_: Folder) if g([1]) and g([]);'],
    ['a helper that denies nothing to a class', 'h(_: Folder); g(x) if not h(x); f(d: Document) if g(d);'],
    ['what narrows', 'g(_: Folder); f(x) if x matches Folder and g(x);'],
  ])('accepts %s', (_, rules) => {
    expect(beside('unmatched-call', rules)).toEqual([])
  })

  test('names a role of the class, and leaves undeclared roles to their own message', () => {
    const rule = 'f(p: Person, d: Document) if has_role(p, "editor", d.folder) or has_role(p, "reeder", d);'
    expect(build(blocks + rule).diagnostics.filter(({ code }) => code !== 'uncalled-rule')).toMatchObject([
      {
        code: 'unmatched-call',
        message: 'No rule gives the role "editor" of Folder.',
        hint: 'use one of: writer, reader',
      },
      { code: 'unknown-role', message: 'No block of Document declares a role "reeder".' },
    ])
  })

  test('asks nothing of a class with a test of its own', () => {
    const schema = officeSchema()
    class Duck {}
    schema.registerModel({
      name: 'Duck',
      class: Duck,
      fields: new Map(),
      key: undefined,
      closed: false,
      isaCheck: () => true,
    })
    expect(problems('unmatched-call', 'g(_: Duck); f(d: Document) if g(d);', schema)).toEqual([])
  })
})

describe('swapped-arguments', () => {
  test.each([
    ['of a call', 'f(p: Person, d: Document) if has_role(d, "editor", p);', ['1:30 has_role(d, "editor", p)']],
    ['of a call of allow', 'f(p: Person, d: Document) if allow(p, d, "edit");', ['1:30 allow(p, d, "edit")']],
    [
      'of a call of has_relation',
      'f(a: Folder, d: Document) if has_relation(d, "folder", a);',
      ['1:30 has_relation(d, "folder", a)'],
    ],
    ['of allow', 'allow("read", _: Person, _: Document);', ['1:1 allow("read", _: Person, _: Document)']],
    [
      'of allow, with the action last',
      'allow(_: Person, _: Document, "read");',
      ['1:1 allow(_: Person, _: Document, "read")'],
    ],
    ['of has_role', 'has_role(_: Document, "editor", _: Person);', ['1:10 _: Document']],
    [
      'of an action without its actor',
      'allow("read", "edit", _: Document);',
      ['1:1 allow("read", "edit", _: Document)'],
    ],
  ])('reports those %s', (_, rules, found) => {
    expect(beside('swapped-arguments', rules)).toEqual(found)
  })

  const recursive = `
    allow(user: Person, action: String, document: Document) if
      folder in document.folders and folder.name = action and allow(user, folder, document);
    allow(_: Person, folder: Folder, _: Document) if folder.name = "read";`

  test.each([recursive, 'allow(_: Person, _: Folder, _: Document);'])('accepts a row as the action: %s', (rules) => {
    expect(problems('swapped-arguments', rules)).toEqual([])
  })

  test('accepts actors that are texts', () => {
    expect(problems('swapped-arguments', 'allow("ann", "read", _: Document); allow("bob", "edit", "doc");')).toEqual([])
  })
})

test.each([
  ['allow(Person, "read", _: Folder);', ['1:7 Person']],
  ['has_role(Person, "writer", _: Folder);', ['1:10 Person']],
  ['allow(_: Person, "read", _: Folder); allow(_: Person, "create", Folder); f(Person);', []],
])('a class in the place of an actor is the class itself: %s', (rules, found) => {
  expect(problems('unreachable-rule', rules)).toEqual(found)
})

describe('not-an-actor', () => {
  test('reports an actor whose class is a resource', () => {
    expect(beside('not-an-actor', 'allow(_: Document, "read", _: Folder);')).toEqual(['1:7 _: Document'])
  })

  test.each([
    'allow(_: Person, "read", _: Folder); allow(_: Employee, "read", _: Folder); allow(_: Actor, "read", _: Folder);',
    'allow(_: Company, "read", _: Folder);',
    'has_role(_: Folder, "editor", _: Document);',
  ])('accepts %s', (rules) => {
    expect(beside('not-an-actor', rules)).toEqual([])
  })
})

describe('helpers without classes', () => {
  test.each([
    ['a field', 'unknown-field', 'f(d: Document) if g(d); g(x) if x.titel = 1;', ['1:35 titel']],
    [
      'a field, two calls deep',
      'unknown-field',
      'f(d: Document) if g(d); g(x) if h(1, x); h(_, y) if y.titel = 1;',
      ['1:55 titel'],
    ],
    ['a nil', 'nil-step', 'f(d: Document) if g(d.folder); g(x) if x.name = 1;', ['1:40 x.name']],
  ] as const)('are followed for %s', (_, code, rules, found) => {
    expect(problems(code, `${rules} allow(_, _, _) if f(_);`)).toEqual(found)
  })

  test.each([
    ['another class is ruled out', 'f(d: Document) if g(d); g(x) if x matches Folder and x.name = 1;'],
    ['another rule can match', 'f(d: Document) if g(d); g(x) if x.titel = 1; g(_: Document);'],
    ['another alternative holds', 'f(d: Document) if g(d); g(x) if x.title = 1 or x.titel = 1;'],
    ['a rule calls itself', 'f(d: Document) if g(d); g(x) if g(x.folder);'],
    ['a variable has the same name', 'f(d: Document, x) if g(d) and x.titel = 1; g(d) if x = 1 and d.title = x;'],
  ])('report nothing if %s', (_, rules) => {
    expect(problems('unknown-field', `${rules} allow(_, _, _) if f(_);`)).toEqual([])
  })

  test('are reported once, however many calls there are', () => {
    const rules = 'f(d: Document) if g(d); e(d: Document) if g(d) and g(d); g(x) if x.titel = 1;'
    expect(problems('unknown-field', rules)).toEqual(['1:68 titel'])
  })

  test('are followed in time that grows with the policy', () => {
    const rules = Array.from({ length: 30 }, (_, n) => `h${n}(x) if h${n + 1}(x) and h${n + 1}(x.folder.parent);`)
    const { diagnostics } = buildPolicy(
      [new Source(`f(d: Document) if h0(d); ${rules.join(' ')} h30(x) if x.titel = 1;`)],
      officeSchema(),
      allChecks(),
    )
    expect(diagnostics.length).toBeGreaterThan(0)
  })
})

describe('not-a-condition', () => {
  test.each([
    ['a row', 'f(d: Document) if d.owner;', ['1:19 d.owner']],
    ['a list', 'f(d: Folder) if d.documents and d.name = 1;', ['1:17 d.documents']],
    ['a parameter with a class', 'f(d: Document) if not d;', ['1:23 d']],
    ['what can be anything', 'f(d: Document, x) if d.title and x;', []],
  ])('is reported for %s', (_, rules, found) => {
    expect(problems('not-a-condition', rules)).toEqual(found)
  })
})

describe('contradiction', () => {
  test.each([
    ['two texts', 'f(d: Document) if d.title = "a" and d.title = "b";', ['1:37 d.title = "b"']],
    ['a text and a list', 'f(d: Document) if d.title in ["a", "b"] and "c" = d.title;', ['1:45 "c" = d.title']],
    ['a variable', 'f(x) if x = 1 and x == 2;', ['1:19 x == 2']],
    ['ranges', 'f(x) if x < 3 and x > 5;', ['1:19 x > 5']],
    ['ranges that meet in one excluded value', 'f(x) if 3 <= x and x < 3;', ['1:20 x < 3']],
    ['a value outside of a range', 'f(x) if x > 3 and x in [1, 2];', ['1:19 x in [1, 2]']],
    ['a range and its complement', 'f(x) if x < 3 and not x < 4;', ['1:23 x < 4']],
    ['an excluded value', 'f(x) if x != 3 and x = 3;', ['1:20 x = 3']],
    ['ranges that meet in one value', 'f(x) if x <= 3 and x >= 3 and x != 4;', []],
    ['large integers', 'f(x) if x = 9007199254740993 and x = 9007199254740995;', ['1:34 x = 9007199254740995']],
    ['one range in another', 'f(x) if x > 3 and x > 1 and x < 9 and not x > 7 and x in [5, 9];', []],
    ['ranges of different types', 'f(x) if x < 3 and x > "a" or x > 5;', []],
    ['one text of a list', 'f(d: Document) if d.title in ["a", "b"] and d.title = "b";', []],
    ['alternatives', 'f(d: Document) if d.title = "a" or d.title = "b";', []],
    ['not', 'f(d: Document) if d.title = "a" and not d.title = "b";', []],
    ['helpers with alternatives', 'f(x) if x = 1 and g(x); g(y) if y = 2; g(y) if y = 3;', []],
  ])('is reported for %s', (_, rules, found) => {
    expect(problems('contradiction', rules)).toEqual(found)
  })
})

describe('circular-roles', () => {
  const roles = (rules: string): string => `resource Folder { roles = ["a", "b", "c"]; permissions = ["p"]; ${rules} }`
  test.each([
    ['two roles', '"a" if "b"; "b" if "a";', ['1:77 "b" if "a";']],
    ['a role of itself', '"a" if "a";', ['1:65 "a" if "a";']],
    ['three roles, once', '"a" if "b"; "b" if "c"; "c" if "a"; "p" if "a";', ['1:89 "c" if "a";']],
    ['a chain', '"a" if "b"; "b" if "c"; "a" if "c"; "p" if "a";', []],
  ])('is reported for %s', (_, rules, found) => {
    expect(problems('circular-roles', roles(rules))).toEqual(found)
  })

  test('accepts a role on a relation of the same class', () => {
    const policy = 'resource Folder { roles = ["a"]; relations = { parent: Folder }; "a" if "a" on "parent"; }'
    expect(problems('circular-roles', policy)).toEqual([])
  })
})

test('no check of classes needs declared fields', () => {
  class Note {}
  const schema = createSchema()
  schema.registerModel({
    name: 'Note',
    class: Note,
    fields: new Map(),
    key: undefined,
    closed: false,
    isaCheck: undefined,
  })
  expect(problems('unmatched-call', 'g("a", _: Note); f(n: Note) if g("b", n);', schema)).toEqual(['1:32 g("b", n)'])
})
