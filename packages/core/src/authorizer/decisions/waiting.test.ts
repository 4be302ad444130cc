import { describe, expect, test } from 'vitest'
import type { Model } from '../../schema/model.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly team: unknown = null,
  ) {}
}
class Note {
  constructor(readonly teamId: number) {}
}

function authorizerWith(policy: string, asyncTime = 30_000): Authorizer {
  const authorizer = new Authorizer({ limits: { asyncTime } })
    .registerClass(User)
    .registerClass(Note, { fields: { teamId: 'integer' } })
  authorizer.loadSync(policy)
  return authorizer
}
const ofTeam = 'allow(user: User, "read", note: Note) if note.teamId = user.team.id;'
const forever = new Promise<never>(() => {})
// biome-ignore lint/suspicious/noThenProperty: this is about objects that have it
const silent = { then: () => {} }
const timeLimit = expect.objectContaining({ code: 'time-limit' })

describe('a promise that never settles', () => {
  test.each([
    ['a promise', forever],
    ['an object whose `then` calls nobody', silent],
  ])('ends a check and a filter at their limit: %s', async (_, team) => {
    const authorizer = authorizerWith(ofTeam, 20)
    const user = new User(1, team)
    await expect(authorizer.isAllowed(user, 'read', new Note(1))).rejects.toThrow(timeLimit)
    await expect(authorizer.loadFilter(user, 'read', 'Note')).rejects.toThrow(timeLimit)
    await expect(authorizer.authorizedActions(user, new Note(1))).rejects.toThrow(timeLimit)
  })

  test('ends a filter whose loads never end', async () => {
    const authorizer = authorizerWith(ofTeam, 100)
    const user = new User(1)
    Object.defineProperty(user, 'team', {
      get: () => ({
        get id() {
          return Promise.resolve(1)
        },
      }),
    })
    await expect(authorizer.loadFilter(user, 'read', 'Note')).rejects.toThrow(timeLimit)
  })

  test.each([Number.POSITIVE_INFINITY, 2 ** 40])('ends nothing too early with the limit %d', async (asyncTime) => {
    const authorizer = authorizerWith(ofTeam, asyncTime)
    const user = () => new User(1, new Promise((arrive) => setTimeout(arrive, 20, { id: 1 })))
    expect(await authorizer.isAllowed(user(), 'read', new Note(1))).toBe(true)
    expect((await authorizer.loadFilter(user(), 'read', 'Note')).kind).toBe('condition')
  })

  test('a rejection is the error of the check', async () => {
    const authorizer = authorizerWith(ofTeam)
    const user = () => new User(1, Promise.reject(new Error('the database is away')))
    await expect(authorizer.isAllowed(user(), 'read', new Note(1))).rejects.toThrow('the database is away')
    await expect(authorizer.loadFilter(user(), 'read', 'Note')).rejects.toThrow('the database is away')
  })
})

const roles = {
  kind: 'relation',
  name: 'roles',
  model: 'Role',
  many: true,
  kept: true,
  nullable: false,
  from: [],
  to: [],
} as const
const person: Model = {
  name: 'Person',
  class: undefined,
  fields: new Map([['roles', roles]]),
  key: ['id'],
  closed: false,
  isaCheck: undefined,
}

test('a relation that could not be loaded is loaded again', async () => {
  const answers = [
    () => Promise.reject(new Error('away')),
    () => Promise.reject(new Error('still away')),
    () => Promise.resolve([{ name: 'reader' }]),
  ]
  const authorizer = new Authorizer().registerModels([person], () => answers.shift()!())
  authorizer.loadSync('allow(user: Person, "read", _) if role in user.roles and role.name = "reader";')
  const user = authorizer.as('Person', { id: 1 })
  await expect(authorizer.isAllowed(user, 'read', null)).rejects.toThrow('away')
  await expect(authorizer.isAllowed(user, 'read', null)).rejects.toThrow('still away')
  expect(await authorizer.isAllowed(user, 'read', null)).toBe(true)
})

test('a filter loads nothing if foreign keys are enough', async () => {
  const loads: string[] = []
  const repo: Model = { ...person, name: 'Repo', fields: new Map(), key: ['id'] }
  const reader: Model = {
    ...person,
    fields: new Map([
      ['repo', { ...roles, name: 'repo', model: 'Repo', many: false, nullable: true, from: ['repoId'], to: ['id'] }],
    ]),
  }
  const authorizer = new Authorizer().registerModels([repo, reader], async ({ name }) => {
    loads.push(name)
    return authorizer.as('Repo', { id: 5, isOpen: true })
  })
  authorizer.loadSync(`
    allow(user: Person, "read", repo: Repo) if user.repo = repo;
    allow(user: Person, "edit", repo: Repo) if user.repo = repo and user.repo.isOpen = true;
  `)
  const user = authorizer.as('Person', { id: 1, repoId: 5 })
  const row = authorizer.as('Repo', { id: 5 })
  expect((await authorizer.loadFilter(user, 'read', 'Repo')).matches(row)).toBe(true)
  expect(loads).toEqual([])
  expect((await authorizer.loadFilter(user, 'edit', 'Repo')).matches(row)).toBe(true)
  expect(loads).toEqual(['repo'])
})

test('a policy that is replaced during a check still decides that check', async () => {
  const authorizer = authorizerWith(ofTeam)
  let arrive = (_team: object): void => {}
  const user = new User(
    1,
    new Promise((resolve) => {
      arrive = resolve
    }),
  )
  const asked = authorizer.isAllowed(user, 'read', new Note(1))
  authorizer.loadSync('allow(user: User, "read", note: Note) if user = note;')
  arrive({ id: 1 })
  expect(await asked).toBe(true)
  expect(authorizer.can(user, 'read', new Note(1))).toBe(false)
})
