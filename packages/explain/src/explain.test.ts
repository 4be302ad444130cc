import { Authorizer } from '@arcturus/core'
import { describe, expect, it, vi } from 'vitest'
import { explain, loadExplanation } from './explain.js'
import { ada, authorizerOf, Document, eve, User } from './testing/documents.js'

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
    const rules = Array.from({ length: 110 }, (_, at) => `allow(_: User, "read", d: Document) if d.level = ${at + 5};`)
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

  it('shows a proof without the errors of alternatives that were not needed', () => {
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
