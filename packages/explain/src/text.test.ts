import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { explain } from './explain.js'
import { ada, authorizerOf, Document, eve, Folder, inner, Role, root, User } from './testing/documents.js'

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

  it('has a line for people with the roles that would allow the action, and with names of rows', () => {
    const label = (row: object) => (row instanceof Folder ? `folder-${row.id}` : undefined)
    const denied = explain(authorizer, ada, 'read', document, { label })
    expect(denied.short).toBe('needs reader of folder-2, or to be its owner')
    expect(denied.with({ label: undefined }).short).toBe('needs reader of Folder 2, or to be its owner')
    expect(String(denied)).toContain('role.folder = folder-2')
    expect(explain(authorizer, reader, 'read', document).short).toBe('allowed')
    const policy = (body: string) => authorizerOf(`allow(u: User, "read", d: Document) if ${body};`)
    const shortOf = (body: string) => explain(policy(body), ada, 'read', document).short
    expect(shortOf('d.owner = u or d.level > 5')).toBe('needs d.owner = User 1, or d.level > 5')
    expect(shortOf('u.id > 0 and d.level = 1 and d.level = 2')).toBe('no change of the data would allow it')
  })

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

  it('shows the rule that allows, and no rule that was not needed', () => {
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
        ✓ d.level is 3  (policy.polar:1:55)"
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
