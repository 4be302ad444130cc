import { beforeEach, describe, expect, it } from 'vitest'
import type { Field, Model } from '../../schema/model.js'
import { Authorizer } from '../authorizer.js'
import type { AuthorizerOptions } from '../options.js'
import { RelationMemory } from './relations.js'

class Team {
  declare id: number
  declare level: number
  constructor(fields: object) {
    Object.assign(this, fields)
  }
  get isLarge(): boolean {
    return this.level > 2
  }
  covers(other: unknown): boolean {
    return this.level === 3 && other instanceof User
  }
}
class User {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Note {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}
class Membership {
  constructor(fields: object) {
    Object.assign(this, fields)
  }
}

/** Throws unless every value is a whole row. */
function assertWhole(...values: unknown[]): true {
  for (const value of values) if (!(value instanceof Team) || value.level === undefined) throw new Error('not a row')
  return true
}
class Pair {
  readonly isWhole: boolean
  constructor(...teams: unknown[]) {
    this.isWhole = assertWhole(...teams)
  }
}
const checker = {
  areWhole: (...teams: unknown[]) => assertWhole(...teams),
  holdsWhole: (teams: unknown[]) => assertWhole(...teams),
  dictHoldsWhole: ({ team }: { team: unknown }) => assertWhole(team),
}

const column = (name: string): Field => ({ kind: 'scalar', name, type: 'integer', nullable: true, list: false })
const many = (name: string, model: string): Field => {
  return { kind: 'relation', name, model, many: true, kept: true, nullable: false, from: [], to: [] }
}
const one = (name: string, model: string, from: string, kept: boolean): Field => {
  return { kind: 'relation', name, model, many: false, kept, nullable: true, from: [from], to: ['id'] }
}
const model = (cls: typeof Team | typeof User, ...fields: readonly Field[]): Model => ({
  name: cls.name,
  class: cls,
  fields: new Map([column('id'), ...fields].map((field) => [field.name, field])),
  key: ['id'],
  closed: false,
  isaCheck: undefined,
})

/** The relations that were loaded, and in how many turns. */
let loads: string[] = []
let turns = 0

function open(policy: string, options: AuthorizerOptions = {}): Authorizer {
  const authorizer = new Authorizer({ ...options, log: () => {} })
  const rows: Record<string, (id: number) => unknown> = {
    team: (id) => (id === 99999 ? null : new Team({ id, level: 3, parentId: id + 1000 })),
    parent: (id) => new Team({ id, level: 1, parentId: null }),
    memberships: () => Array.from({ length: 250 }, (_, id) => new Membership({ id, teamId: id, looseId: id % 5 })),
    loose: (id) => new Team({ id, level: 0, parentId: null }),
    members: () => [new User({ id: 1, teamId: 1 })],
  }
  let isOpen = false
  authorizer.registerModels(
    [
      model(Team, column('level'), one('parent', 'Team', 'parentId', true), many('members', 'User')),
      model(User, one('team', 'Team', 'teamId', true), many('memberships', 'Membership')),
      model(Note, one('team', 'Team', 'teamId', true), one('loose', 'Team', 'looseId', false)),
      model(Membership, one('team', 'Team', 'teamId', true), one('loose', 'Team', 'looseId', false)),
    ],
    async ({ object, name }) => {
      const from = { team: 'teamId', parent: 'parentId', loose: 'looseId' }[name] ?? 'id'
      const id = Reflect.get(object, from) as number
      loads.push(`${name} ${id}`)
      if (!isOpen) turns++
      isOpen = true
      await new Promise((resolve) => setImmediate(resolve))
      isOpen = false
      return rows[name]!(id)
    },
  )
  authorizer.registerConstant(checker, 'checker')
  authorizer.registerClass(Pair)
  authorizer.loadSync(`allow(user: User, "read", note: Note) if ${policy};`)
  return authorizer
}

const user = () => new User({ id: 1, teamId: 1 })
const note = (teamId: number | null = 1) => new Note({ id: 1, teamId, looseId: 2 })

beforeEach(() => {
  loads = []
  turns = 0
})

describe.each(['source', 'closures', 'machine'] as const)('a row that is known by its key, by %s', (evaluator) => {
  const ask = (policy: string, resource = note(), options: AuthorizerOptions = {}) =>
    open(policy, { ...options, evaluator }).isAllowed(user(), 'read', resource)

  it.each([
    ['user.team = note.team', true],
    ['user.team != note.team', false],
    ['user.team == note.team', true],
    ['user.team in [note.team]', true],
    ['note.team matches Team and user.id = 1', true],
    ['not (note.team matches User) and user.id = 1', true],
    ['note.team.id = 1 and user.id = 1', true],
    ['team = note.team and forall(other in [user.team], other = team)', true],
    ['note.team != nil and user.id = 1', true],
  ])('decides `%s` without a load', async (policy, expected) => {
    expect(await ask(policy)).toBe(expected)
    expect(loads).toEqual([])
  })

  it('is nil without a load if its reference is', async () => {
    expect(await ask('note.team = nil and user.id = 1', note(null))).toBe(true)
    expect(loads).toEqual([])
  })

  it.each([
    ['note.team.level = 3 and user.id = 1', ['team 1']],
    ['note.team.isLarge = true and user.id = 1', ['team 1']],
    ['note.team matches Team{level: 3} and user.id = 1', ['team 1']],
    ['note.team.covers(user) = true', ['team 1']],
    ['note.team.parent.parent = nil and user.id = 1', ['parent 1001', 'team 1']],
    ['user in note.team.members', ['members 1']],
    ['checker.areWhole(note.team, user.team) = true', ['team 1']],
    ['checker.holdsWhole([note.team]) = true and user.id = 1', ['team 1']],
    ['checker.dictHoldsWhole({team: note.team}) = true and user.id = 1', ['team 1']],
    ['pair = new Pair(note.team, user.team) and pair.isWhole = true', ['team 1']],
  ])('is loaded for `%s`', async (policy, expected) => {
    expect(await ask(policy)).toBe(true)
    expect([...loads].sort()).toEqual(expected)
  })

  it('is loaded before the equality of the application compares it', async () => {
    const seen: unknown[] = []
    const equality = (left: unknown, right: unknown): boolean => {
      seen.push(left, right)
      return false
    }
    const draft = Object.assign(note(), { teamId: undefined, team: new Team({ id: null, level: 1 }) })
    expect(await ask('user.team = note.team', draft, { equality })).toBe(false)
    expect(seen.every((one) => one instanceof Team)).toBe(true)
  })

  it('is an error to read if it is gone', async () => {
    await expect(ask('note.team.level = 3 and user.id = 1', note(99999))).rejects.toThrow('level not found on nil')
  })
})

it('a row that is known by its key is no result of a query', async () => {
  const authorizer = open('user.team = note.team')
  for await (const solution of authorizer.query('team = note.team', { bindings: new Map([['note', note()]]) }))
    expect(solution.get('team')).toBeInstanceOf(Team)
  expect(loads).toEqual(['team 1'])
})

describe.each(['source', 'machine'] as const)('the relations of rows of a list, by %s', (evaluator) => {
  it.each([
    ['membership in user.memberships and membership.loose.level = 9 and note.id = 1', 1 + 3],
    ['membership in user.memberships and membership.team.level = 9 and note.id = 1', 1 + 3],
    // The teams, whose members belong to them.
    ['membership in user.memberships and other in membership.team.members and other.id = 9 and note.id = 1', 1 + 3],
    ['membership in user.memberships and membership.team.parent.level = 9 and note.id = 1', 1 + 3 + 3],
  ])('are loaded together for `%s`', async (policy, expected) => {
    expect(await open(policy, { evaluator }).isAllowed(user(), 'read', note())).toBe(false)
    expect(turns).toBe(expected)
    expect(new Set(loads).size).toBeGreaterThanOrEqual(6)
  })

  it('are loaded once for all questions of a request', async () => {
    const authorizer = open('membership in user.memberships and membership.team.members.length = 0 and note.id = 1', {
      evaluator,
    })
    const memory = new RelationMemory()
    const stop = authorizer.rememberIn(() => memory)
    const [actor, resource] = [user(), note()]
    expect(await authorizer.isAllowed(actor, 'read', resource)).toBe(false)
    const first = loads.length
    expect(await authorizer.isAllowed(actor, 'read', resource)).toBe(false)
    expect([...(await authorizer.authorizedActions(actor, resource))]).toEqual([])
    expect(loads.length).toBe(first)
    stop()
  })
})

describe.each(['source', 'closures', 'machine'] as const)('a method that is passed a list, by %s', (evaluator) => {
  class Box {
    constructor(readonly parts: unknown) {}
  }
  const shared = Array.from({ length: 60 }).reduce<unknown[]>((list) => [list, list], [1])
  const cyclic: unknown[] = [1]
  cyclic.push(cyclic)

  // Each path through the shared lists would take years.
  it.each([
    ['whose lists share lists', shared],
    ['that contains itself', cyclic],
  ])('is called for a list %s', async (_, parts) => {
    const authorizer = open('note.team = user.team', { evaluator }).registerClass(Box)
    authorizer.registerConstant({ isList: (value: unknown) => value === parts }, 'lists')
    authorizer.loadSync('allow(_, "read", box: Box) if lists.isList(box.parts);')
    expect(authorizer.can(null, 'read', new Box(parts))).toBe(true)
    expect(await authorizer.isAllowed(null, 'read', new Box(parts))).toBe(true)
  })
})
