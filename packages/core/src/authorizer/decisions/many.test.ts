import { describe, expect, test } from 'vitest'
import { ArgumentError, QueryError } from '../../errors.js'
import { Authorizer } from '../authorizer.js'
import type { AuthorizerOptions } from '../options.js'
import { watchDecisions } from './engine.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(
    readonly id: number,
    readonly owner: unknown,
    readonly isPublic: boolean = false,
  ) {}
}
class Page {
  constructor(readonly author: User) {}
}

const policy = `
  allow(user: User, action, note: Note) if action in ["read", "edit"] and note.owner = user;
  allow(_, "read", note: Note) if note.isPublic;
  allow(user: User, "read", page: Page) if page.author = user;
`
function authorizerWith(options: AuthorizerOptions = {}): Authorizer {
  const authorizer = new Authorizer(options).registerClass(User).registerClass(Note).registerClass(Page)
  authorizer.loadSync(policy)
  return authorizer
}

const [ann, bob] = [new User(1), new User(2)]
const rows = [
  new Note(1, ann),
  new Page(bob),
  new Note(2, bob),
  new Note(3, bob, true),
  new Page(ann),
  new Note(4, ann),
]
const later = new Note(5, Promise.resolve(ann))

describe('many resources at once', () => {
  test.each(['source', 'closures', 'machine'] as const)(
    'get the same results as single checks (%s)',
    async (evaluator) => {
      const authorizer = authorizerWith({ evaluator })
      for (const actor of [ann, bob, null]) {
        for (const action of ['read', 'edit']) {
          const expected = rows.map((row) => authorizer.can(actor, action, row))
          expect(authorizer.canMany(actor, action, rows)).toEqual(expected)
          expect(authorizer.authorizedRows(actor, action, new Set(rows))).toEqual(rows.filter((_, at) => expected[at]))
          expect(await authorizer.isAllowedMany(actor, action, new Set(rows))).toEqual(expected)
        }
        const expected = await Promise.all(rows.map((row) => authorizer.authorizedActions(actor, row)))
        expect(await authorizer.authorizedActionsMany(actor, rows)).toEqual(expected)
      }
    },
  )

  test('wait for promises if asynchronous, and throw if synchronous', async () => {
    const authorizer = authorizerWith()
    expect(await authorizer.isAllowedMany(ann, 'read', [...rows, later])).toEqual([
      true,
      false,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(await authorizer.authorizedActionsMany(ann, [later, rows[0]])).toEqual([
      new Set(['read', 'edit']),
      new Set(['read', 'edit']),
    ])
    expect(() => authorizer.canMany(ann, 'read', [...rows, later])).toThrow(QueryError)
  })

  test('reject if one of them does, however many others wait', async () => {
    const authorizer = authorizerWith()
    const broken = { ...later, owner: Promise.reject(new Error('no connection')) }
    broken.owner.catch(() => undefined)
    const row = Object.assign(Object.create(Note.prototype), broken)
    await expect(authorizer.isAllowedMany(ann, 'read', [row, later, row])).rejects.toThrow('no connection')
    for (const wrong of [undefined, {}, class Other {}]) {
      expect(() => authorizer.canMany(ann, 'read', [rows[0], wrong])).toThrow(ArgumentError)
      await expect(authorizer.isAllowedMany(ann, 'read', [later, wrong])).rejects.toThrow(ArgumentError)
      await expect(authorizer.authorizedActionsMany(ann, [later, wrong])).rejects.toThrow(ArgumentError)
    }
    expect(() => authorizer.canMany(undefined, 'read', rows)).toThrow(ArgumentError)
    expect(() => authorizer.canMany(ann, 'raed', rows)).toThrow(ArgumentError)
  })

  test('are a decision that nobody records if there are none', async () => {
    const authorizer = authorizerWith()
    const [heard, recorded]: unknown[][] = [[], []]
    watchDecisions(authorizer, ({ kind, action, resource, outcome }) => {
      heard!.push([kind, action, resource, outcome])
    })
    authorizer.onDecision((decision) => recorded!.push(decision))
    const shadow = authorizer.shadow('allow(_: User, "read", _: Note);')
    expect(authorizer.canMany(ann, 'read', [])).toEqual([])
    expect(await authorizer.isAllowedMany(ann, 'read', [])).toEqual([])
    expect(authorizer.authorizedRows(null, 'read', new Set<Note>())).toEqual([])
    expect(await authorizer.pickAuthorized(ann, 'read', [])).toEqual([])
    expect(heard).toEqual(['check', 'check', 'check', 'field'].map((kind) => [kind, 'read', undefined, 'allowed']))
    expect([recorded, shadow.questions]).toEqual([[], 0])
  })

  test('are one decision each', async () => {
    const authorizer = authorizerWith()
    const heard: unknown[] = []
    watchDecisions(authorizer, ({ kind, action, resource, outcome }) => {
      heard.push([kind, action, resource, outcome])
    })
    authorizer.canMany(ann, 'edit', rows.slice(2, 4))
    await authorizer.isAllowedMany(ann, 'edit', [later])
    await authorizer.authorizedActionsMany(bob, rows.slice(2, 3))
    expect(heard).toEqual([
      ['check', 'edit', rows[2], 'denied'],
      ['check', 'edit', rows[3], 'denied'],
      ['check', 'edit', later, 'allowed'],
      ['actions', undefined, rows[2], 'allowed'],
    ])
  })

  test('load a relation that several of them need once', async () => {
    let fetched = 0
    const field = (name: string, model: string, many: boolean) =>
      [name, { kind: 'relation', name, model, many, kept: true, nullable: false, from: [], to: [] }] as const
    const model = (name: string, ...fields: ReturnType<typeof field>[]) =>
      ({ name, class: undefined, fields: new Map(fields), key: ['id'], closed: false, isaCheck: undefined }) as const
    const authorizer = new Authorizer().registerModels(
      [model('Member', field('teams', 'Team', true)), model('Team'), model('Task')],
      async () => {
        fetched++
        return [authorizer.as('Team', { id: 7 })]
      },
    )
    authorizer.loadSync('allow(member: Member, "read", task: Task) if team in member.teams and team.id = task.teamId;')
    const member = authorizer.as('Member', { id: 1 })
    const tasks = [7, 8, 7].map((teamId, id) => authorizer.as('Task', { id, teamId }))
    expect(await authorizer.isAllowedMany(member, 'read', tasks)).toEqual([true, false, true])
    expect(fetched).toBe(1)
    expect(await authorizer.authorizedActionsMany(member, tasks)).toEqual([
      new Set(['read']),
      new Set(),
      new Set(['read']),
    ])
    expect(fetched).toBe(2)
  })
})
