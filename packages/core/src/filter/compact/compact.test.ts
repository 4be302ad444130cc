import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { printCondition } from '../../condition/print.js'

class User {
  readonly id = 1
  readonly orgs = [7, 8]
}
class Share {}
class Doc {}
class Role {
  constructor(
    readonly id: number,
    readonly docId: number,
    readonly name: string,
  ) {}
}

/** What a printer is given for the rules' filter of documents. */
function filterOf(rules: string): string {
  const id = { type: 'integer', nullable: false } as const
  const authorizer = new Authorizer()
    .registerClass(User, { key: 'id', fields: { id, orgs: { type: 'integer', list: true, nullable: false } } })
    .registerClass(Share, { key: 'id', fields: { id, userId: id, role: String } })
    .registerClass(Doc, {
      key: 'id',
      fields: { id, org: id, ownerId: id, state: String, due: Date, shares: { many: 'Share' }, parent: { one: 'Doc' } },
    })
  authorizer.loadSync(rules)
  return printCondition(authorizer.filter(new User(), 'read', 'Doc').definite())
}

const cases: readonly (readonly [string, string, string])[] = [
  [
    'alternatives over one relation are one quantifier, and what they share stands once',
    `allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id and s.role = "reader";
     allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id and s.role = "editor";`,
    'some s in resource.shares where s.userId = 1 and s.role in ["reader", "editor"]',
  ],
  [
    'two demands of one relation stay two: another row may meet each',
    `allow(_: User, "read", d: Doc) if s in d.shares and s.role = "a" and t in d.shares and t.role = "b";`,
    'some s in resource.shares where s.role = "a" and (some t in resource.shares where t.role = "b")',
  ],
  [
    'negations of one relation are one',
    `allow(_: User, "read", d: Doc) if not (s in d.shares and s.role = "a") and not (t in d.shares and t.role = "b");`,
    'not (some s in resource.shares where s.role in ["a", "b"])',
  ],
  [
    "the row's own columns come before other rows, and before paths to them",
    `allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id;
     allow(u: User, "read", d: Doc) if d.parent matches Doc{ownerId: u.id};
     allow(u: User, "read", d: Doc) if d.ownerId = u.id;`,
    'resource.ownerId = 1 or (resource.parent != nil and resource.parent.ownerId = 1) or (some s in resource.shares where s.userId = 1)',
  ],
  [
    'equalities of one column are one list, nil apart',
    `allow(u: User, "read", d: Doc) if d.org in u.orgs or d.org = 9 or d.state = nil or d.state = "a" or d.state = "b";`,
    'resource.org in [7, 8, 9] or resource.state = nil or resource.state in ["a", "b"]',
  ],
  [
    'what all alternatives share stands before them',
    `allow(_: User, "read", d: Doc) if d.state = "a" and d.org = 1;
     allow(u: User, "read", d: Doc) if d.state = "a" and d.ownerId = u.id;`,
    'resource.state = "a" and (resource.org = 1 or resource.ownerId = 1)',
  ],
  [
    'what an earlier part has settled is not asked again',
    `allow(u: User, "read", d: Doc) if d.parent != nil and d.parent.state != "a" and not d.parent.ownerId = u.id;
     allow(_: User, "read", d: Doc) if d.parent != nil and not (d.parent.org = 1 and d.parent.state = "b");`,
    'resource.parent != nil and ((resource.parent.state != "a" and resource.parent.ownerId != 1) or resource.parent.org != 1 or resource.parent.state != "b")',
  ],
  [
    'what another alternative includes is not asked again',
    `allow(u: User, "read", d: Doc) if d.state = "a" and (d.org = 1 or d.ownerId = u.id);
     allow(u: User, "read", d: Doc) if d.ownerId = u.id or d.ownerId = 5;`,
    '(resource.state = "a" and resource.org = 1) or resource.ownerId in [1, 5]',
  ],
  [
    'an alternative of several tests includes the same ones elsewhere',
    `allow(u: User, "read", d: Doc) if d.state = "a" and (d.org = 1 or (d.parent != nil and d.parent.ownerId = u.id));
     allow(u: User, "read", d: Doc) if d.parent != nil and d.parent.ownerId = u.id;`,
    '(resource.state = "a" and resource.org = 1) or (resource.parent != nil and resource.parent.ownerId = 1)',
  ],
  [
    'a search is not asked again for fewer rows',
    `allow(u: User, "read", d: Doc) if d.state = "a" and s in d.shares and s.userId = u.id and s.role = "editor";
     allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id and s.role in ["editor", "owner"];`,
    'some s in resource.shares where s.userId = 1 and s.role in ["editor", "owner"]',
  ],
  [
    'a search for other rows is asked',
    `allow(u: User, "read", d: Doc) if d.state = "a" and s in d.shares and s.userId = u.id and s.role in ["editor", "x"];
     allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id and s.role in ["editor", "owner"];`,
    '(resource.state = "a" and (some s in resource.shares where s.userId = 1 and s.role in ["editor", "x"])) or (some s in resource.shares where s.userId = 1 and s.role in ["editor", "owner"])',
  ],
  [
    'a search includes those with a further demand, also under a negation',
    `allow(u: User, "read", d: Doc) if d.state = "a" and not (s in d.shares and s.userId = u.id);
     allow(u: User, "read", d: Doc) if not (s in d.shares and s.userId = u.id and s.role = "editor");`,
    'not (some s in resource.shares where s.userId = 1 and s.role = "editor")',
  ],
  [
    'an alternative does not exclude what another one includes',
    `allow(u: User, "read", d: Doc) if d.org = 1 and not (s in d.shares and s.userId = u.id and s.role = "x");
     allow(u: User, "read", d: Doc) if s in d.shares and s.userId = u.id;`,
    'resource.org = 1 or (some s in resource.shares where s.userId = 1)',
  ],
  [
    'the same twice is once',
    `allow(u: User, "read", d: Doc) if d.ownerId = u.id;
     allow(u: User, "read", d: Doc) if u.id = d.ownerId;
     allow(u: User, "read", d: Doc) if d.ownerId = u.id and d.org = 3;`,
    '1 = resource.ownerId',
  ],
]

test.each(cases)('%s', (_, rules, expected) => {
  expect(filterOf(rules)).toBe(expected)
})

test('a role among many is one list of keys, without rows that do not match', () => {
  const id = { type: 'integer', nullable: false } as const
  const authorizer = new Authorizer()
    .registerClass(User, { key: 'id', fields: { id, roles: { many: 'Role' } } })
    .registerClass(Doc, {
      key: 'id',
      fields: { id, parentId: 'integer', parent: { one: 'Doc', from: 'parentId', to: 'id' } },
    })
    .registerClass(Role, {
      key: 'id',
      fields: { id, docId: id, name: String, doc: { one: 'Doc', from: 'docId', to: 'id' } },
    })
  authorizer.loadSync(`
    allow(u: User, "read", d: Doc) if role in u.roles and role.doc = d and role.name = "reader";
    allow(u: User, "list", d: Doc) if role in u.roles and role.doc = d.parent;
    allow(u: User, "edit", d: Doc) if role in u.roles and role.doc = d and role.name = "nobody's";
    allow(u: User, "open", d: Doc) if role in u.roles and role.doc = d and role.missing = 1;
  `)
  const roles = ['reader', 'writer', 'reader', 'reader'].map((name, at) => new Role(at, at % 3, name))
  const user = Object.assign(new User(), { roles })
  const filterOf = (action: string) => printCondition(authorizer.filter(user, action, 'Doc').definite())
  expect(filterOf('read')).toBe('resource.id in [0, 2]')
  expect(filterOf('list')).toBe('resource.parentId in [0, 1, 2]')
  expect(filterOf('edit')).toBe('false')
  // An error of just the row that the role is for: that row is out.
  expect(filterOf('open')).toBe('false')
  // Nil is no row of the list, and equal to a parent that is none.
  const unsaved = Object.assign(new User(), { roles: [...roles, Object.assign(new Role(9, 9, 'x'), { docId: null })] })
  expect(printCondition(authorizer.filter(unsaved, 'list', 'Doc').definite())).toContain('resource.parent = nil')
})
