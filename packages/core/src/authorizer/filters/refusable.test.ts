import { expect, test } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {}
class Folder {}
class Document {}

/** What is listed for the rules of `f`, without the places. */
function reasons(rules: string): readonly string[] {
  const authorizer = new Authorizer({ print: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer', age: 'integer', folders: { many: 'Folder' } } })
    .registerClass(Folder, {
      key: 'id',
      fields: { id: 'integer', parent: { one: 'Folder' }, owner: { one: 'User' }, next: { one: 'Folder' } },
    })
    .registerClass(Document, {
      key: 'id',
      fields: {
        id: 'integer',
        title: String,
        size: 'integer',
        tags: { type: String, list: true },
        folder: { one: 'Folder' },
      },
    })
    .registerConstant(3, 'limit')
  authorizer.loadSync(`actor User {} allow(user, "read", document: Document) if f(user, document); ${rules}`)
  const found = authorizer.check().filter(({ code }) => code === 'unsupported-filter')
  expect(new Set(found.map(({ actor, action, model }) => `${actor} ${action} ${model}`)).size).toBeLessThan(2)
  return found.flatMap(({ reason }) => reason ?? [])
}

const answered: readonly (readonly [string, string])[] = [
  [
    'recursion along relations of the actor',
    'f(user: User, d: Document) if g in user.folders and holds(g, d); holds(g: Folder, d: Document) if d.folder = g; holds(g: Folder, d: Document) if g.parent != nil and holds(g.parent, d);',
  ],
  ['relations and fields', 'f(user: User, d: Document) if d.folder.owner = user and d.title.startsWith("x");'],
  ['arithmetic', 'f(user: User, d: Document) if d.size + user.age * limit > 2;'],
  ['how many elements there are', 'f(_: User, d: Document) if d.tags.length > 2;'],
  [
    'recursion along relations',
    'f(user: User, d: Document) if inside(user, d.folder); inside(user: User, g: Folder) if g.owner = user or inside(user, g.parent);',
  ],
  ['a method of the actor', 'f(user: User, d: Document) if user.isStaff() and d.title = user.name().first;'],
  ['what only the actor has', 'f(user: User, d: Document) if d.size = user.anything + 1;'],
  [
    'a method of what the actor has',
    'f(user: User, d: Document) if g in user.folders and g.isOpen() and d.folder = g;',
  ],
  ['what only the machine says of the actor', 'f(user: User, _: Document) if print(user) and user.age = 3;'],
]

test.each(answered)('nothing is listed for %s', (_, rules) => {
  expect(reasons(rules)).toEqual([])
})

const listed: readonly (readonly [string, string, string])[] = [
  ['a side effect', 'f(_: User, d: Document) if d.size = 1 and print(d);', 'print'],
  ['a method of a row', 'f(user: User, d: Document) if user.isStaff() and d.isOpen(user);', 'the method "isOpen"'],
  ['a field that nothing declares', 'f(_: User, d: Document) if d.size = 1 or d.extra = 1;', '"extra"'],
  [
    'recursion that no relation leads along',
    'f(user: User, d: Document) if inside(user, d.folder); inside(user: User, g: Folder) if g.owner = user or (inside(user, g.parent) and inside(user, g.next));',
    'inside calls itself',
  ],
]

test.each(listed)('%s is listed', (_, rules, reason) => {
  expect(reasons(rules)).toEqual([expect.stringContaining(reason)])
})

test('every part is listed with its place', () => {
  expect(reasons('f(_: User, d: Document) if d.isOpen() or not d.isClosed();')).toHaveLength(2)
})

test.each([
  ['an actor that has no block', 'allow(_: User, "read", d: Document) if d.isOpen();', ['User read']],
  ['an actor of any class', 'allow(_, "read", d: Document) if d.isOpen();', ['User read', 'Document read']],
  [
    'actions of a list',
    'allow(_: User, action, d: Document) if action in ["edit", "share"] and d.isOpen();',
    ['User edit', 'User share'],
  ],
  ['any action', 'allow(_: User, _, d: Document) if d.isOpen();', ['User read']],
  ['no other action', 'allow(_: User, "edit", d: Document) if d.isOpen();', ['User edit']],
])('a filter for %s is inspected', (_, policy, expected) => {
  const authorizer = new Authorizer()
    .registerClass(User, { fields: { id: 'integer' } })
    .registerClass(Document, { fields: { id: 'integer' } })
  authorizer.loadSync(policy)
  const found = authorizer.check().filter(({ model }) => model === 'Document')
  expect(found.map(({ actor, action }) => `${actor} ${action}`).sort()).toEqual([...expected].sort())
})

test('the warnings of the policy are listed first', () => {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User)
    .registerClass(Document, { fields: { id: 'integer' } })
  authorizer.loadSync('allow(_: User, "read", d: Document) if d.isOpen(); alow(_: User, "edit", _: Document);')
  expect(authorizer.check().map(({ code, actor }) => [code, actor])).toEqual([
    ['uncalled-rule', undefined],
    ['unsupported-filter', 'User'],
  ])
})

test('one entry stands for each place, however many blocks inherit from each other', () => {
  const names = Array.from({ length: 12 }, (_, at) => `Level${at}`)
  const authorizer = new Authorizer().registerClass(User, { key: 'id', fields: { id: 'integer' } })
  for (const [at, name] of names.entries())
    authorizer.registerClass(class {}, {
      name,
      key: 'id',
      fields: { id: 'integer', parent: { one: names[at - 1] ?? name } },
    })
  const blocks = names.map((name, at) => {
    const parent = names[at - 1] ?? name
    const head = `resource ${name} { roles = ["owner"]; permissions = ["read"]; relations = { parent: ${parent} };`
    return `${head} "read" if "owner"; "owner" if "owner" on "parent"; }
      has_relation(parent: ${parent}, "parent", child: ${name}) if parent = child.parent;`
  })
  authorizer.loadSync(`allow(actor, action, resource) if has_permission(actor, action, resource); actor User {}
    has_role(user: User, name: String, resource: Resource) if [name, resource] in user.roles; ${blocks.join(' ')}`)
  const models = authorizer.check().flatMap(({ code, model }) => (code === 'unsupported-filter' ? model : []))
  expect(models).toEqual(names)
})
