import { describe, expect, it, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { planCheck } from '../../authorizer/plans/plans.js'
import { printCondition } from '../print.js'
import { gather } from './gather.js'

class User {
  constructor(
    readonly roles: readonly Role[],
    readonly isActive: unknown = true,
  ) {}
}
class Role {
  constructor(
    readonly name: unknown,
    readonly team: Team,
  ) {}
}
class Team {
  constructor(readonly id: number) {}
}
class Document {
  constructor(
    readonly team: Team,
    readonly isPublic: unknown,
    readonly parent: Document | null = null,
  ) {}
}

const boolean = { type: Boolean, nullable: false } as const
const declared = {
  User: { roles: { many: 'Role' }, isActive: boolean },
  Role: { name: { type: String, nullable: false }, team: { one: 'Team', nullable: false } },
  Team: { id: Number },
  Document: { team: { one: 'Team', nullable: false }, isPublic: boolean, parent: { one: 'Document' } },
} as const

function load(body: string, isDeclared: boolean, evaluator: 'source' | 'closures' | 'machine' = 'source') {
  const authorizer = new Authorizer({ evaluator })
  for (const cls of [User, Role, Team, Document]) {
    const fields = isDeclared ? declared[cls.name as keyof typeof declared] : {}
    authorizer.registerClass(cls, { ...(cls === Team && { key: 'id' }), fields })
  }
  authorizer.loadSync(`allow(u: User, "read", d: Document) if ${body};`)
  return authorizer
}

function gathered(body: string, isDeclared = true): string {
  const { policy, schema } = load(body, isDeclared)
  const condition = planCheck(policy!, schema, { model: 'User' }, { action: 'read' }, { model: 'Document' })
  return printCondition(gather(schema, condition), schema)
}

const role = (name: string) => `(r in u.roles and r.name = "${name}" and r.team = d.team)`

describe('gather', () => {
  it('iterates over a collection once, whatever stands between', () => {
    const text = gathered(`(${role('a')} or d.isPublic = true or ${role('b')})`)
    expect(text.match(/roles/g)).toHaveLength(1)
    expect(text).toContain('isPublic')
  })

  it('takes a test before a search into it', () => {
    const text = gathered(`(${role('a')} or d.isPublic = true and ${role('b')})`)
    expect(text.match(/roles/g)).toHaveLength(1)
  })

  it.each([
    ['declared schemas', true, '(visible(u, d) or d.team.id = 1 or visible(u, d))'],
    ['bare classes', false, 'd.parent != nil and (visible(u, d.parent) or d.team.id = 1 or visible(u, d.parent))'],
  ])('makes a call once that two alternatives make, with %s', (_, isDeclared, body) => {
    const rule = 'visible(u, d) if d.isPublic = true or (d.parent != nil and visible(u, d.parent))'
    const text = gathered(`${body}; ${rule}`, isDeclared)
    expect(text.match(/visible\(/g)).toHaveLength(1)
    expect(text).toContain('team.id')
  })

  it('drops an alternative that another one implies', () => {
    const text = gathered(`(${role('a')} or d.isPublic = true and ${role('a')})`)
    expect(text).not.toContain('isPublic')
  })

  it('joins searches whose parts can be an error, and moves nothing into them', () => {
    expect(gathered(`(${role('a')} or d.isPublic = true or ${role('b')})`, false).match(/roles/g)).toHaveLength(1)
    // What is tested first makes the read possible.
    const guarded = `(${role('a')} or d.parent != nil and r in u.roles and r.team = d.parent.team and r.name = "b")`
    expect(gathered(guarded).match(/roles/g)).toHaveLength(2)
  })

  it.each(['source', 'closures', 'machine'] as const)('reads a relation before a search, by %s', (evaluator) => {
    const unloaded = new Document(undefined as never, true)
    const body = `not (${role('a')} or d.team = d.team and r in u.roles and r.name = "b")`
    const authorizer = load(body, true, evaluator)
    // The roles are empty, so that nothing else reads the team.
    expect(() => authorizer.can(new User([]), 'read', unloaded)).toThrow(
      expect.objectContaining({ code: 'relation-not-loaded' }),
    )
  })
})

const [red, blue] = [new Team(1), new Team(2)]
const bodies = [
  `${role('a')} or d.isPublic = true or ${role('b')}`,
  `${role('a')} or d.isPublic = true and ${role('b')} or ${role('c')}`,
  `not (${role('a')} or u.isActive = true or d.isPublic = true and ${role('b')})`,
  `u.isActive = true and (${role('a')} or d.parent != nil and r in u.roles and r.team = d.parent.team or ${role('b')})`,
  `d.isPublic = true or ${role('a')} or u.isActive = true and r in u.roles and (r.name = "b" or r.name = "c") and r.team = d.team`,
  `(r in u.roles and r.name = "a") or d.isPublic = true or ${role('b')} or (r in u.roles and r.team = d.team)`,
]
const collections = [[], ['a'], ['b'], ['c'], ['a', 'b'], ['b', 'c', 'a']].flatMap((names) => [
  names.map((name) => new Role(name, red)),
  names.map((name) => new Role(name, blue)),
  names.map((name, at) => new Role(name, at % 2 === 0 ? new Team(1) : blue)),
])

describe.each([true, false])('A gathered condition, with declared fields: %s', (isDeclared) => {
  test.each(bodies)('decides as the machine does: %s', (body) => {
    const machine = load(body, isDeclared, 'machine')
    const others = [load(body, isDeclared, 'source'), load(body, isDeclared, 'closures')]
    for (const roles of collections)
      for (const isActive of [true, false])
        for (const isPublic of [true, false])
          for (const parent of [null, new Document(red, true)]) {
            const [user, document] = [new User(roles, isActive), new Document(red, isPublic, parent)]
            const expected = machine.can(user, 'read', document)
            for (const other of others) expect(other.can(user, 'read', document)).toBe(expected)
          }
    expect(others.every(({ statistics }) => statistics.bailOuts === 0)).toBe(true)
  })
})
