import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { planCheck } from '../authorizer/plans/plans.js'
import { canonicalText } from './canonical.js'

const authorizer = () =>
  new Authorizer().registerModels([
    {
      name: 'User',
      key: ['id'],
      fields: {
        id: { type: 'integer', nullable: false },
        name: { type: 'string', nullable: false },
        admin: { type: 'boolean', nullable: false },
        roles: { many: 'Role', from: 'id', to: 'userId' },
      },
    },
    {
      name: 'Role',
      key: ['id'],
      fields: {
        id: { type: 'integer', nullable: false },
        userId: { type: 'integer', nullable: false },
        name: { type: 'string', nullable: false },
        noteId: { type: 'integer', nullable: false },
      },
    },
    {
      name: 'Note',
      key: ['id'],
      fields: {
        id: { type: 'integer', nullable: false },
        title: { type: 'string', nullable: true },
        ownerId: { type: 'integer', nullable: false },
      },
    },
  ])

function textOf(policy: string): string | undefined {
  const one = authorizer()
  const loaded = one.loadSync(policy)
  return canonicalText(
    loaded,
    one.schema,
    planCheck(loaded, one.schema, { model: 'User' }, { action: 'read' }, { model: 'Note' }),
  )
}

const head = 'allow(u: User, "read", n: Note) if '

describe('canonicalText', () => {
  it.each([
    [
      'the order of goals',
      `${head}u.admin = true and n.ownerId = u.id;`,
      `${head}u.id = n.ownerId and u.admin = true;`,
    ],
    [
      'the order of rules',
      `${head}u.id = n.id; ${head}n.ownerId = u.id;`,
      `${head}n.ownerId = u.id; ${head}u.id = n.id;`,
    ],
    [
      'names of variables',
      `${head}r in u.roles and r.name = "reader" and r.noteId = n.id;`,
      'allow(me: User, "read", it: Note) if x in me.roles and x.name = "reader" and x.noteId = it.id;',
    ],
    ['a helper rule', `${head}mine(u, n); mine(u, n) if n.ownerId = u.id;`, `${head}n.ownerId = u.id;`],
    [
      'a contradiction',
      `${head}u.admin = true and not u.admin = true and n.id = 1;`,
      `${head}u.admin = true and n.id = 1 and false;`,
    ],
    [
      'rows of unrelated models are compared with',
      `${head}r in u.roles and r = n and n.id = 1;`,
      `${head}u.admin = true and n.id = 1 and false;`,
    ],
    [
      'shorthand rules',
      `allow(a, b, c) if has_permission(a, b, c); actor User {}
       resource Note { permissions = ["read"]; roles = ["owner"]; "read" if "owner"; }
       has_role(u: User, "owner", n: Note) if n.ownerId = u.id;`,
      `${head}n.ownerId = u.id;`,
    ],
    [
      'the place of a rule that the machine calls',
      `${head}mine(u, n) and cut; mine(u, n) if n.ownerId = u.id;`,
      `mine(u, n) if n.ownerId = u.id; ${head}mine(u, n) and cut;`,
    ],
  ])('is the same whatever %s', (_, one, other) => {
    expect(textOf(one)).toBe(textOf(other))
    expect(textOf(one)).toBeDefined()
  })

  it.each([
    ['an operator', `${head}n.ownerId = u.id;`, `${head}n.ownerId != u.id;`],
    ['a literal', `${head}u.name = "a" and n.id = 1;`, `${head}u.name = "b" and n.id = 1;`],
    [
      'the order of goals that can fail',
      `${head}n.title.length > 1 and u.admin = true;`,
      `${head}u.admin = true and n.title.length > 1;`,
    ],
    [
      'a variable',
      `${head}r in u.roles and s in u.roles and r.name = s.name and s.noteId = n.id and r.id = 1;`,
      `${head}r in u.roles and s in u.roles and r.name = s.name and r.noteId = n.id and r.id = 1;`,
    ],
    [
      'the body of a rule that only the machine can evaluate',
      `${head}n.ownerId = u.id and cut;`,
      `${head}n.ownerId != u.id and cut;`,
    ],
    [
      'a rule that the machine calls by way of another',
      `${head}mine(u, n) and cut; mine(u, n) if own(u, n); own(u, n) if n.ownerId = u.id;`,
      `${head}mine(u, n) and cut; mine(u, n) if own(u, n); own(u, n) if n.ownerId != u.id;`,
    ],
    [
      'a union that the machine reads',
      `actor User {} ${head}u matches Actor and n.id = 1 and cut;`,
      `actor Role {} ${head}u matches Actor and n.id = 1 and cut;`,
    ],
  ])('differs by %s', (_, one, other) => {
    expect(textOf(one)).not.toBe(textOf(other))
  })
})
