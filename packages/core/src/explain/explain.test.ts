import { describe, expect, it, vi } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { ClassOptions } from '../authorizer/registration.js'
import { explain, loadExplanation } from './explain.js'

class User {
  constructor(
    readonly id: number,
    readonly name = 'ada',
    readonly isBanned = false,
    readonly roles: Role[] = [],
  ) {}
}
class Role {
  constructor(
    readonly id: number,
    readonly name: string,
    readonly folder: Folder | null = null,
  ) {}
}
class Folder {
  constructor(
    readonly id: number,
    readonly parent: Folder | null = null,
  ) {}
}
class Document {
  constructor(
    readonly id: number,
    readonly owner: User | null = null,
    readonly folder: Folder | null = null,
    readonly level = 3,
    readonly labels: Role[] = [],
  ) {}
}

const declared: Readonly<Record<string, ClassOptions['fields']>> = {
  User: { name: String, isBanned: Boolean, roles: { many: 'Role' } },
  Role: { name: String, folder: { one: 'Folder' } },
  Folder: { parent: { one: 'Folder' } },
  Document: { owner: { one: 'User' }, folder: { one: 'Folder' }, level: Number, labels: { many: 'Role' } },
}

function authorizerOf(policy: string, isDeclared = true): Authorizer {
  const authorizer = new Authorizer()
  for (const cls of [Folder, Role, User, Document])
    authorizer.registerClass(cls, { key: 'id', ...(isDeclared ? { fields: declared[cls.name]! } : {}) })
  authorizer.loadSync({ name: 'policy.polar', text: policy })
  return authorizer
}

/** Returns what is missing for reading, as texts. */
function missing(policy: string, user: User | null, document: Document): readonly string[] {
  const { sets, complete } = explain(authorizerOf(policy), user, 'read', document).missing
  expect(complete).toBe(true)
  return sets.map((leaves) => leaves.map(({ text, where = [] }) => [text, ...where].join(' with ')).join(' and '))
}

const [ada, eve] = [new User(1), new User(2, 'eve')]
const root = new Folder(1)
const inner = new Folder(2, root)

describe('what is missing', () => {
  it.each([
    ['a relation', '"owner" = "owner" and d.owner = u', new Document(5, eve), ['d.owner = User 1']],
    ['a relation that is nil', 'd.owner = u', new Document(5), ['d.owner = User 1']],
    [
      'the lesser of two ways',
      'd.owner = u or (d.level > 5 and u.name = "eve")',
      new Document(5),
      ['d.owner = User 1', 'd.level > 5 and u.name = "eve"'],
    ],
    ['a negated test', 'not d.level > 2 and d.owner != u', new Document(5), ['d.level <= 2']],
    [
      'a row',
      'r in u.roles and r.name = "admin" and d.level < 9',
      new Document(5),
      ['a new Role in u.roles with r.name = "admin"'],
    ],
    ['only what does not hold', 'd.level = 3 and d.owner = u', new Document(5), ['d.owner = User 1']],
    ['no field with two values', '(d.level = 4 and d.level = 5) or d.owner = u', new Document(5), ['d.owner = User 1']],
    [
      'no change that undoes what else is needed',
      '(d.level = 4 and d.level < 4) or d.owner = u',
      new Document(5),
      ['d.owner = User 1'],
    ],
    ['what includes another test', 'd.level = 9 and d.level > 4 and u.name = "ada"', new Document(5), ['d.level = 9']],
    [
      'every failing row',
      'forall(l in d.labels, l.name = "a")',
      new Document(5, null, null, 3, [new Role(8, 'a'), new Role(9, 'b')]),
      ['Role 9 not in d.labels', 'l.name = "a"'],
    ],
    [
      'a row that a list holds twice',
      'forall(l in d.labels, l.name = "a")',
      new Document(5, null, null, 3, [new Role(9, 'b'), new Role(9, 'b')]),
      ['Role 9 not in d.labels', 'l.name = "a"'],
    ],
    [
      'a related row behind nil',
      'd.folder != nil and d.folder.id = 7',
      new Document(5),
      ['d.folder = a new Folder with d.folder.id = 7'],
    ],
    [
      'a test of the row that a change leads to',
      'd.owner = u and d.owner.name = "eve"',
      new Document(5, new User(3, 'bob')),
      ['d.owner = User 1 and d.owner.name = "eve"'],
    ],
    [
      'a test that holds, but not of the row that a change leads to',
      'd.owner = u and d.owner.name = "eve"',
      new Document(5, eve),
      ['d.owner = User 1 and d.owner.name = "eve"'],
    ],
    [
      'a certain row where any row would do for another test',
      'd.owner != nil and d.owner = u and d.owner.isBanned = false',
      new Document(5),
      ['d.owner = User 1'],
    ],
    [
      'also what is left after a change that another way needs',
      'd.owner.name = "bob" or (d.owner = u and d.level = 9)',
      new Document(5, eve),
      ['d.owner.name = "bob"', 'd.owner = User 1 and d.level = 9', 'd.owner = User 1 and d.owner.name = "bob"'],
    ],
    ['nothing', 'd.level = 1 and d.level = 2', new Document(5), []],
  ])('is %s', (_, body, document, expected) => {
    const rule = `allow(u: User, "read", d: Document) if ${body};`
    const needsUser = /\bu\b/.test(body)
    expect(missing(needsUser ? rule : rule.replace('u: User', '_: User'), ada, document)).toEqual(expected)
  })

  it('is a column without the relation that it decides', () => {
    class Draft {
      readonly id = 5
      readonly ownerId = 2
    }
    const authorizer = new Authorizer()
    authorizer.registerClass(User, { key: 'id', fields: { name: String } })
    authorizer.registerClass(Draft, { key: 'id', fields: { ownerId: Number, owner: { one: 'User', from: 'ownerId' } } })
    authorizer.loadSync('allow(u: User, "read", d: Draft) if d.ownerId = 1 and d.owner = u;')
    const { sets } = explain(authorizer, ada, 'read', new Draft()).missing
    expect(sets.map((leaves) => leaves.map(({ text }) => text))).toEqual([['d.ownerId = 1']])
  })

  it('is a row, not only that a row which does not exist is in the list', () => {
    const authorizer = new Authorizer()
    authorizer.registerClass(Document, { key: 'id', fields: { labels: { type: String, list: true } } })
    const text = 'allow(_, "read", d: Document) if label in d.labels and label in d.labels;'
    authorizer.loadSync({ name: 'policy.polar', text })
    const { sets } = explain(authorizer, null, 'read', new Document(5)).missing
    expect(sets).toEqual([[expect.objectContaining({ kind: 'row', text: 'a new row in d.labels', where: [] })]])
  })

  it('is one row for two tests of the same list, and two if they contradict each other', () => {
    const policy = (name: string, other: string) =>
      `allow(u: User, "read", _: Document) if r in u.roles and r.name = "${name}" and s in u.roles and s.name = "${other}";`
    const texts = (one: string, other: string) => missing(policy(one, other), ada, new Document(5))
    expect(texts('a', 'a')).toEqual(['a new Role in u.roles with r.name = "a"'])
    expect(texts('a', 'b')).toEqual([
      'a new Role in u.roles with r.name = "a" and a new Role in u.roles with s.name = "b"',
    ])
  })

  it('is no change that the key of a new row makes by itself', () => {
    const rule = `allow(u: User, "read", d: Document) if
      r in u.roles and d.folder != nil and d.folder.id = 7 and r.folder = d.folder;`
    const member = new User(1, 'ada', false, [new Role(1, 'a', new Folder(7))])
    const [first] = missing(rule, member, new Document(5))
    expect(first).toBe('d.folder = a new Folder with d.folder.id = 7')
  })

  it('is no new row with the key of a row that the list holds', () => {
    const rule = 'allow(u: User, "read", _: Document) if r in u.roles and r.id = 7 and r.name = "admin";'
    const member = new User(1, 'ada', false, [new Role(7, 'a')])
    expect(missing(rule, member, new Document(5))).toEqual(['r.name = "admin"'])
  })

  it('is found along a recursion, whether the data have cycles or not', () => {
    const policy = `
      allow(u: User, "read", d: Document) if d.folder != nil and reads(u, d.folder);
      reads(u: User, f: Folder) if r in u.roles and r.name = "reader" and r.folder = f;
      reads(u: User, f: Folder) if f.parent != nil and reads(u, f.parent);
    `
    const rows = ['with r.name = "reader" with r.folder = Folder 2', 'with r.name = "reader" with r.folder = Folder 1']
    const found = missing(policy, ada, new Document(5, null, inner))
    expect(found).toEqual([
      ...rows.map((row) => `a new Role in u.roles ${row}`),
      'f.parent = a new Folder and reads(User 1, a new Folder)',
    ])
    const cycle = new Folder(3)
    Object.assign(cycle, { parent: cycle })
    expect(missing(policy, ada, new Document(5, null, cycle))).toEqual([
      'a new Role in u.roles with r.name = "reader" with r.folder = Folder 3',
    ])
  })

  it('is not known to be complete if two fields have to be equal to a third value', () => {
    const policy = 'allow(u: User, "read", d: Document) if d.owner.name = "bob" and d.owner.name = u.name;'
    const { missing } = explain(authorizerOf(policy), ada, 'read', new Document(5, eve))
    expect(missing).toEqual({ sets: [], complete: false })
  })

  it('is not known to be complete if a change leads to an error', () => {
    const policy = 'allow(_: User, "read", d: Document) if d.level = 4 and (d.level < 3 or d.owner.name = "eve");'
    const { missing } = explain(authorizerOf(policy), ada, 'read', new Document(5))
    expect(missing.complete).toBe(false)
  })

  it('is known to be complete if an alternative is an error beside one that holds', () => {
    const policy = 'allow(_: User, "read", d: Document) if d.level = 4 and (d.level > 3 or d.owner.name = "eve");'
    expect(missing(policy, ada, new Document(5))).toEqual(['d.level > 3', 'd.level = 4'])
  })

  it('is a list without the rows that are errors beside one that must not be there', () => {
    const labels = [new Role(1, 'old', root), new Role(2, 'new')]
    const policy = 'allow(_: User, "read", d: Document) if not (label in d.labels and label.folder.id = 1);'
    const { sets } = explain(authorizerOf(policy), ada, 'read', new Document(5, null, null, 3, labels)).missing
    const texts = sets.map((leaves) => leaves.map(({ text }) => text).join(' and '))
    expect(texts).toContain('Role 1 not in d.labels and Role 2 not in d.labels')
    expect(texts).not.toContain('Role 1 not in d.labels')
  })

  it('is the same for classes without declarations', () => {
    const policy = 'allow(u: User, "read", d: Document) if d.owner = u or (d.level > 5 and not u.isBanned);'
    const sets = (isDeclared: boolean) =>
      explain(authorizerOf(policy, isDeclared), new User(1, 'ada', true), 'read', new Document(5)).missing.sets
    expect(sets(false)).toEqual(sets(true))
  })

  it('is the whole goal if only the machine can evaluate it', () => {
    const policy = 'allow(u: User, "read", d: Document) if print(u) and d.level > 5;'
    const authorizer = authorizerOf(policy)
    const { missing, tree } = explain(authorizer, ada, 'read', new Document(5))
    expect(missing).toMatchObject({ sets: [[{ kind: 'condition', place: { line: 1 } }]], complete: true })
    expect(tree.of[0]?.of.at(-1)).toMatchObject({ kind: 'machine', outcome: 'false' })
  })

  it('is not asked for what is allowed', () => {
    const { missing, allowed } = explain(
      authorizerOf('allow(_: User, "read", _: Document);'),
      ada,
      'read',
      new Document(5),
    )
    expect([allowed, missing]).toEqual([true, { sets: [], complete: true }])
  })
})

const blocks = `
  allow(actor, action, resource) if has_permission(actor, action, resource);
  actor User {}
  resource Folder {
    roles = ["reader", "admin"];
    relations = { parent: Folder };
    "reader" if "admin";
    "reader" if "reader" on "parent";
  }
  resource Document {
    roles = ["owner"];
    permissions = ["read"];
    relations = { folder: Folder };
    "read" if "owner";
    "read" if "reader" on "folder";
  }
  has_role(user: User, "owner", document: Document) if document.owner = user;
  has_role(user: User, name: String, folder: Folder) if
    role in user.roles and # of any folder
    role.name = name and
    role.folder = folder;
  has_relation(folder: Folder, "folder", document: Document) if document.folder = folder;
  has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent;
`

describe('the text of an explanation', () => {
  const authorizer = authorizerOf(blocks)
  const reader = new User(1, 'ada', false, [new Role(4, 'admin', root), new Role(5, 'reader', new Folder(9))])
  const document = new Document(5, eve, inner)

  it('is the proof if the action is allowed', () => {
    expect(String(explain(authorizer, reader, 'read', document, { values: true }))).toMatchInlineSnapshot(`
      "User 1 may "read" Document 5.

      Why:
      ✓ allow(actor, action, resource) if has_permission(actor, action, resource)  (policy.polar:2:3)
        ✓ has_permission(User 1, "read", Document 5)
          ✓ "read" if "reader" on "folder"  (policy.polar:15:5)
            ✓ has_relation(folder: Folder, "folder", document: Document) if document.folder = folder  (policy.polar:22:3)
              ✓ document.folder is Folder 2  (policy.polar:22:24)
            ✓ has_role(User 1, "reader", Folder 2)
              ✓ "reader" if "reader" on "parent"  (policy.polar:8:5)
                ✓ has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent  (policy.polar:23:3)
                  ✓ folder.parent is Folder 1  (policy.polar:23:24)
                ✓ has_role(User 1, "reader", Folder 1)
                  ✓ "reader" if "admin"  (policy.polar:7:5)
                    ✓ has_role(User 1, "admin", Folder 1)
                      ✓ has_role(user: User, name: String, folder: Folder) if role in user.roles and role.name = name and ro…  (policy.polar:18:3)
                        ✓ Role 4 in user.roles  (policy.polar:19:5)
                          ✓ role.name is "admin"  (policy.polar:20:5)
                          ✓ role.folder is Folder 1  (policy.polar:21:5)"
    `)
  })

  it('says what is missing and which tests fail if the action is denied', () => {
    const other = new User(3, 'joe', false, [new Role(6, 'guest', inner)])
    expect(String(explain(authorizer, other, 'read', document, { values: true }))).toMatchInlineSnapshot(`
      "User 3 may not "read" Document 5.

      What is missing (one of these is enough):
        • a new Role in user.roles with role.name = "reader" or "admin" and role.folder = Folder 2
        • a new Role in user.roles with role.name = "reader" or "admin" and role.folder = Folder 1
        • document.owner = User 3 (now User 2)
        • role.name = "reader" or "admin" (of Role 6, now "guest")
        • folder.parent = a new Folder (of Folder 1) and
          has_role(User 3, "reader", a new Folder)

      Why not:
      ✗ allow(actor, action, resource) if has_permission(actor, action, resource)  (policy.polar:2:3)
        ✗ has_permission(User 3, "read", Document 5)
          ✗ "read" if "owner"  (policy.polar:14:5)
            ✗ has_role(User 3, "owner", Document 5)
              ✗ has_role(user: User, "owner", document: Document) if document.owner = user  (policy.polar:17:3)
                ✗ document.owner is User 2, not User 3  (policy.polar:17:56)
          ✗ "read" if "reader" on "folder"  (policy.polar:15:5)
            ✓ has_relation(folder: Folder, "folder", document: Document) if document.folder = folder  (policy.polar:22:3)
              ✓ document.folder is Folder 2  (policy.polar:22:24)
            ✗ has_role(User 3, "reader", Folder 2)
              ✗ has_role(user: User, name: String, folder: Folder) if role in user.roles and role.name = name and ro…  (policy.polar:18:3)
                ✗ the one row in user.roles does not match, Role 6:  (policy.polar:19:5)
                  ✗ role.name is "guest", not "reader"  (policy.polar:20:5)
              ✗ "reader" if "admin"  (policy.polar:7:5)
                ✗ has_role(User 3, "admin", Folder 2)
                  ✗ has_role(user: User, name: String, folder: Folder) if role in user.roles and role.name = name and ro…  (policy.polar:18:3)
                    ✗ the one row in user.roles does not match, Role 6:  (policy.polar:19:5)
                      ✗ role.name is "guest", not "admin"  (policy.polar:20:5)
              ✗ "reader" if "reader" on "parent"  (policy.polar:8:5)
                ✓ has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent  (policy.polar:23:3)
                  ✓ folder.parent is Folder 1  (policy.polar:23:24)
                ✗ has_role(User 3, "reader", Folder 1)
                  ✗ has_role(user: User, name: String, folder: Folder) if role in user.roles and role.name = name and ro…  (policy.polar:18:3)
                    ✗ the one row in user.roles does not match, Role 6:  (policy.polar:19:5)
                      ✗ role.name is "guest", not "reader"  (policy.polar:20:5)
                  ✗ "reader" if "admin"  (policy.polar:7:5)
                    ✗ has_role(User 3, "admin", Folder 1)
                      ✗ has_role(user: User, name: String, folder: Folder) if role in user.roles and role.name = name and ro…  (policy.polar:18:3)
                        ✗ the one row in user.roles does not match, Role 6:  (policy.polar:19:5)
                          ✗ role.name is "guest", not "admin"  (policy.polar:20:5)
                  ✗ "reader" if "reader" on "parent"  (policy.polar:8:5)
                    ✗ has_relation(parent: Folder, "parent", folder: Folder) if folder.parent = parent  (policy.polar:23:3)
                      ✗ folder.parent is nil  (policy.polar:23:24)"
    `)
  })

  it('says what failed and what it was reached by if the check is an error', () => {
    const failing = authorizerOf('allow(u: User, "read", d: Document) if d.owner.name = u.name;')
    const explanation = explain(failing, ada, 'read', new Document(5))
    expect(explanation.error).toMatchObject({ code: 'missing-attribute' })
    expect(explanation).toMatchObject({ allowed: false, decision: 'error' })
    expect(String(explanation)).toMatchInlineSnapshot(`
      "Whether User 1 may "read" Document 5 is an error: missing-attribute in d.owner.name (policy.polar:1:40)

      Reached by:
      ! allow(u: User, "read", d: Document) if d.owner.name = u.name  (policy.polar:1:1)
        ! missing-attribute in d.owner.name  (policy.polar:1:40)"
    `)
    expect(String(explanation.with({ values: true }))).toContain(
      'is an error: name not found on nil. (policy.polar:1:40)',
    )
  })

  it('shows the rule that allows, and beside it the rules that are errors', () => {
    const policy = `allow(u: User, "read", d: Document) if d.owner = u or d.level = 3;
      allow(_: User, "read", d: Document) if d.owner.name = "eve" or label in d.labels and label.folder.parent = nil;
      allow(_: User, "read", d: Document) if d.level > 5;`
    const labelled = new Document(5, null, null, 3, [new Role(1, 'old'), new Role(2, 'new')])
    const explanation = explain(authorizerOf(policy), ada, 'read', labelled, { values: true })
    expect(explanation).toMatchObject({ allowed: true, error: undefined })
    expect(String(explanation)).toMatchInlineSnapshot(`
      "User 1 may "read" Document 5.

      Why:
      ✓ allow(u: User, "read", d: Document) if d.owner = u or d.level = 3  (policy.polar:1:1)
        ✓ d.level is 3  (policy.polar:1:55)
      ! allow(_: User, "read", d: Document) if d.owner.name = "eve" or label in d.labels and label.folder.pa…  (policy.polar:2:7)
        ! Cannot read "name" of nil.  (policy.polar:2:46)
        ! Role 1 in d.labels  (policy.polar:2:70)
          ! Cannot read "parent" of nil.  (policy.polar:2:92)"
    `)
  })

  it('says so if no rule can allow the action', () => {
    const other = authorizerOf('allow(_: User, "read", _: Folder);')
    expect(String(explain(other, ada, 'read', document))).toBe(
      'User 1 may not "read" Document 5: no rule of the policy can allow it.',
    )
  })
})

describe('values of rows', () => {
  const policy = 'allow(u: User, "read", d: Document) if d.level > 5 and d.owner = u;'
  const textOf = (options: Parameters<typeof explain>[4]) =>
    String(explain(authorizerOf(policy), new User(1), 'read', new Document(5), options))

  it('are hidden by default, and the literals of the policy are shown', () => {
    expect(textOf({})).toContain('d.level is not more than 5')
  })

  it('are shown with `values`', () => {
    expect(textOf({ values: true })).toContain('d.level is 3, not more than 5')
  })

  it.each(['Usr.id', 'User', 'User.', 'level', 'User.id.x'])(
    'are not shown because the mask %s names no field',
    (mask) => {
      const authorizer = authorizerOf('allow(_: User, "read", d: Document) if d.level > 5;')
      const options = { values: true, mask: [mask] }
      expect(() => explain(authorizer, ada, 'read', new Document(1), options)).toThrow('No row has the masked field')
    },
  )

  it('are masked by field, as are keys', () => {
    const text = textOf({ values: true, mask: ['Document.level', 'User.id'] })
    expect(text).toContain('d.level is (masked), not more than 5')
    expect(text).toContain('User (masked) may not')
    expect(text).not.toContain('User 1')
  })

  it.each([
    ['a list', '"x" in c.words'],
    ['an element of a list', 'word in c.words and word = "x"'],
    ['an element of a list of which none may match', 'not (word in c.words and word != "x")'],
    ['each element of a list', 'forall(word in c.words, word = "x")'],
    ['an argument', 'is_open(c.word)'],
    ['a computed argument', 'is_open(c.word.concat("!"))'],
    ['an argument that is passed on', 'passes(c.word)'],
    ['the operand of an error', 'c.word + 1 = 2'],
    ['the receiver of an error', 'c.word.missing = 2'],
    ['the key of a row of an error', 'c.missing = 2'],
    ['the error of a method', 'c.fail(c.word)'],
  ])('are neither shown by default nor if they are masked: %s', (_, goals) => {
    class Case {
      readonly id = 'secret-1'
      readonly word = 'secret-2'
      readonly words = ['secret-3']
      fail(word: string): boolean {
        throw new Error(`${word} fails`)
      }
    }
    const authorizer = new Authorizer().registerClass(User).registerClass(Case, { key: 'id' })
    authorizer.loadSync(`
      allow(_: User, "read", c: Case) if ${goals};
      is_open(word) if word = "x";
      passes(word) if is_open(word);
    `)
    const mask = ['Case.id', 'Case.word', 'Case.words']
    const all = explain(authorizer, ada, 'read', new Case(), { values: true })
    expect(String(all)).toContain('secret-')
    for (const shown of [all.with({ values: true, mask }), all.with({ values: false, mask: ['Case.id'] })]) {
      expect(String(shown)).not.toContain('secret-')
      expect(JSON.stringify(shown)).not.toContain('secret-')
    }
  })

  it('name the rows of a list by default', () => {
    const authorizer = authorizerOf('allow(u: User, "read", d: Document) if d.labels = u.roles;', false)
    const document = new Document(5, null, null, 3, [new Role(7, 'a')])
    expect(String(explain(authorizer, new User(1), 'read', document))).toContain('[Role 7]')
  })
})

describe('explain', () => {
  it('has JSON of a stable form', () => {
    const explanation = explain(
      authorizerOf('allow(u: User, "read", d: Document) if d.owner = u;'),
      ada,
      'read',
      new Document(5, eve),
    )
    expect(JSON.parse(JSON.stringify(explanation))).toMatchInlineSnapshot(`
      {
        "action": "read",
        "actor": "User 1",
        "allowed": false,
        "decision": "denied",
        "missing": {
          "complete": true,
          "sets": [
            [
              {
                "kind": "condition",
                "now": "User 2",
                "place": {
                  "column": 40,
                  "file": "policy.polar",
                  "line": 1,
                },
                "text": "d.owner = User 1",
              },
            ],
          ],
        },
        "policyVersion": "46fcad628b0bd65d7f2499e94580b78f",
        "resource": "Document 5",
        "tree": {
          "kind": "call",
          "of": [
            {
              "kind": "rule",
              "of": [
                {
                  "kind": "condition",
                  "of": [],
                  "outcome": "false",
                  "place": {
                    "column": 40,
                    "file": "policy.polar",
                    "line": 1,
                  },
                  "text": "d.owner is User 2, not User 1",
                },
              ],
              "outcome": "false",
              "place": {
                "column": 1,
                "file": "policy.polar",
                "line": 1,
              },
              "rules": [
                {
                  "place": {
                    "column": 1,
                    "file": "policy.polar",
                    "line": 1,
                  },
                  "text": "allow(u: User, "read", d: Document) if d.owner = u",
                },
              ],
              "text": "allow(u: User, "read", d: Document) if d.owner = u",
            },
          ],
          "outcome": "false",
          "text": "allow(User 1, "read", Document 5)",
        },
        "version": 1,
      }
    `)
  })

  it.each([
    ['an undefined actor', undefined, 'read', 'undefined-actor'],
    ['an unknown action', ada, 'raed', 'unknown-action'],
    ['an object of an unknown class', new (class Other {})(), 'read', 'unknown-row'],
  ])('throws for %s, as a check does', (_, actor, action, code) => {
    const authorizer = authorizerOf('allow(_: User, "read", _: Document);')
    expect(() => explain(authorizer, actor, action, new Document(5))).toThrow(expect.objectContaining({ code }))
  })

  it('throws for a first argument that is no authorizer', () => {
    expect(() => explain({} as Authorizer, ada, 'read', new Document(5))).toThrow('needs an authorizer')
  })

  it('is written whenever it is read, whatever time has passed', () => {
    const rules = Array.from({ length: 200 }, (_, at) => `allow(_: User, "read", d: Document) if d.level = ${at + 5};`)
    const explanation = explain(authorizerOf(rules.join('\n')), ada, 'read', new Document(5))
    const now = vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 3_600_000)
    try {
      expect(explanation.missing.complete).toBe(false)
      expect(explanation.missing.sets.length).toBe(100)
      expect(String(explanation)).toContain('d.level is not 5')
    } finally {
      now.mockRestore()
    }
  })

  it('is no decision that listeners hear of', () => {
    const authorizer = authorizerOf('allow(_: User, "read", _: Document);')
    const told: unknown[] = []
    authorizer.onDecision((decision) => void told.push(decision))
    explain(authorizer, ada, 'read', new Document(5))
    expect(told).toEqual([])
  })
})

describe('loadExplanation', () => {
  const loading = () => {
    const loads: string[] = []
    const authorizer = new Authorizer().registerModels(
      [
        { name: 'User', key: 'id', fields: { roles: { many: 'Role' } } },
        { name: 'Role', key: 'id', fields: { name: String } },
        { name: 'Document', key: 'id', fields: { owner: { one: 'User', from: 'ownerId' } } },
      ],
      async ({ name }) => {
        loads.push(name)
        return name === 'roles' ? [{ id: 4, name: 'reader' }] : null
      },
    )
    authorizer.loadSync('allow(u: User, "read", d: Document) if d.owner = u or r in u.roles and r.name = "admin";')
    const user = authorizer.as('User', { id: 1 })
    return { authorizer, loads, user, document: authorizer.as('Document', { id: 5, ownerId: 2 }) }
  }

  it('loads the relations that it needs', async () => {
    const { authorizer, loads, user, document } = loading()
    const explanation = await loadExplanation(authorizer, user, 'read', document, { values: true })
    expect(String(explanation)).toContain('r.name is "reader", not "admin"')
    expect(loads).toEqual(['roles'])
    expect(explanation.missing.complete).toBe(true)
  })

  it('loads a row whose key is known if the key is not enough', async () => {
    const loads: string[] = []
    const authorizer = new Authorizer().registerModels(
      [
        { name: 'User', key: 'id', fields: {} },
        { name: 'Folder', key: 'id', fields: { id: 'integer', owner: { one: 'User', from: 'ownerId' } } },
        { name: 'Document', key: 'id', fields: { folder: { one: 'Folder', from: 'folderId', nullable: false } } },
      ],
      async ({ name }) => {
        loads.push(name)
        return { id: 3, ownerId: 2 }
      },
    )
    authorizer.loadSync('allow(u: User, "read", d: Document) if d.folder.owner = u;')
    const document = authorizer.as('Document', { id: 5, folderId: 3 })
    const text = String(await loadExplanation(authorizer, authorizer.as('User', { id: 1 }), 'read', document))
    expect(text).toContain('d.folder.owner is User 2, not User 1')
    expect(text).toContain('d.folder.owner = User 1')
    expect(loads).toEqual(['folder'])
  })

  it('does what `explain` can only tell', () => {
    const { authorizer, user, document } = loading()
    expect(explain(authorizer, user, 'read', document)).toMatchObject({
      decision: 'error',
      error: { code: 'relation-not-loaded' },
    })
  })
})

describe('An explanation of a recursion', () => {
  class Team {
    linked: Team[] = []
    constructor(
      readonly id: number,
      readonly owner: User | null,
    ) {}
  }
  const withTeams = (policy: string): Authorizer => {
    const authorizer = new Authorizer()
      .registerClass(User, { key: 'id', fields: { name: String } })
      .registerClass(Team, { key: 'id', fields: { owner: { one: User }, linked: { many: Team } } })
    authorizer.loadSync(policy)
    return authorizer
  }

  it('proves a call by nothing that the call itself proves', () => {
    const authorizer = withTeams(`allow(u: User, "read", t: Team) if member(u, t);
      member(u: User, t: Team) if other in t.linked and member(u, other);
      member(u: User, t: Team) if t.owner = u;`)
    const user = new User(1)
    const [first, second] = [new Team(1, null), new Team(2, user)]
    first.linked = [second]
    second.linked = [first]
    const text = String(explain(authorizer, user, 'read', first))
    expect(text).toContain('✓ t.owner is User 1')
    expect(text).not.toContain('(see above)')
    expect(text.match(/member\(User 1, Team/g)).toHaveLength(2)
  })

  it('shows the errors beside a proof at the call that they belong to', () => {
    const authorizer = withTeams(`allow(_: User, "read", t: Team) if other in t.linked and known(t) and other.id > 1;
      known(t: Team) if t.id > 0;
      known(t: Team) if t.owner.name = "eve";
      known(t: Team) if other in t.linked and known(other);`)
    const team = new Team(1, null)
    team.linked = [new Team(2, null)]
    expect(String(explain(authorizer, new User(1), 'read', team))).toMatchInlineSnapshot(`
      "User 1 may "read" Team 1.

      Why:
      ✓ allow(_: User, "read", t: Team) if other in t.linked and known(t) and other.id > 1  (line 1:1)
        ✓ Team 2 in t.linked  (line 1:36)
          ✓ known(Team 1)
            ✓ known(t: Team) if t.id > 0  (line 2:7)
              ✓ t.id is more than 0  (line 2:25)
            ! known(t: Team) if t.owner.name = "eve"  (line 3:7)
              ! missing-attribute in t.owner.name  (line 3:25)
          ✓ other.id is more than 1  (line 1:71)"
    `)
  })

  it('knows a call that leads back to itself, whatever the types of its arguments', () => {
    class Group extends Team {
      readonly over: Team | null = null
    }
    const authorizer = new Authorizer()
      .registerClass(User, { key: 'id' })
      .registerClass(Team, { key: 'id', fields: { owner: { one: User } } })
      .registerClass(Group, { fields: { over: { one: Team } } })
    authorizer.loadSync(`allow(u: User, "read", g: Group) if member(u, g);
      member(u: User, g: Group) if member(u, g.over);
      member(u: User, t: Team) if t.owner = u;`)
    // The copy has no class before it is read, and then that of the relation.
    const group = authorizer.as('Group', { id: 1, owner: null, over: { id: 1, owner: null } })
    const { decision, tree } = explain(authorizer, new User(1), 'read', group)
    expect([decision, tree.kind, tree.outcome]).toEqual(['denied', 'call', 'false'])
  })

  it('passes on that a number is a float', () => {
    const authorizer = withTeams(`allow(_: User, "read", t: Team) if large(t.id * 1.0);
      large(x) if x * 4096 > 1;`)
    const { decision, tree } = explain(authorizer, new User(1), 'read', new Team(Number.MAX_SAFE_INTEGER, null))
    expect([decision, tree.kind, tree.outcome]).toEqual(['allowed', 'call', 'true'])
  })
})
