import { Authorizer } from '@arcturus/core'
import { describe, expect, it } from 'vitest'
import { explain } from './explain.js'
import { ada, authorizerOf, Document, eve, Folder, inner, Role, root, User } from './testing/documents.js'

/** Returns what is missing for reading, as texts. */
function missing(policy: string, user: User | null, document: Document): readonly string[] {
  const { sets, complete } = explain(authorizerOf(policy), user, 'read', document).missing
  expect(complete).toBe(true)
  return sets.map((leaves) => leaves.map(({ text, where = [] }) => [text, ...where].join(' with ')).join(' and '))
}

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
      'a field of a row of a list rather than what it is compared with',
      'l in d.labels and d.folder = l.folder',
      new Document(5, null, root, 3, [new Role(8, 'a', inner)]),
      ['a new Role in d.labels with l.folder = Folder 1', 'l.folder = Folder 1'],
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
      'a change that another way needs, if tests about the other row hold',
      'd.owner.name = "ada" or (d.owner = u and d.level = 9)',
      new Document(5, eve),
      ['d.owner = User 1', 'd.owner.name = "ada"'],
    ],
    [
      'no change of a relation that its way through the rules does not need',
      'd.owner.name = "bob" or (d.owner = u and d.level = 9)',
      new Document(5, eve),
      ['d.owner.name = "bob"', 'd.owner = User 1 and d.level = 9'],
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

  it('is complete although many rows can take the place of another', () => {
    const folders = Array.from({ length: 12 }, (_, at) => new Folder(at + 1))
    const member = new User(
      1,
      'ada',
      false,
      folders.map((folder) => new Role(folder.id, 'reader', folder)),
    )
    const policy = `
      allow(u: User, "read", d: Document) if has_role(u, "admin", d.folder);
      has_role(u: User, "admin", f: Folder) if r in u.roles and r.name = "admin" and r.folder = f;
    `
    const found = missing(policy, member, new Document(5, null, new Folder(99)))
    expect(found).toContain('a new Role in u.roles with r.name = "admin" with r.folder = Folder 99')
    expect(found).toHaveLength(13)
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
