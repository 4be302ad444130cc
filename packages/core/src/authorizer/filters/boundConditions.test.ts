import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    public team: number | null = 1,
    readonly groups: readonly object[] = [],
  ) {}
}

const policy = `
  allow(user: User, "read", note: Note) if note.team = user.team;
  allow(user: User, "edit", note: Note) if note.owner = user;
  allow(user: User, "share", note: Note) if group in user.groups and note.team = group.team;
`

function setup(options: ConstructorParameters<typeof Authorizer>[0] = {}): Authorizer {
  const authorizer = new Authorizer(options)
  authorizer.registerClass(User, { key: ['id'], fields: { id: 'integer', team: 'integer' } })
  authorizer.registerModels([
    {
      name: 'Note',
      key: ['id'],
      fields: {
        id: 'integer',
        team: 'integer',
        ownerId: 'integer',
        owner: { one: User, from: ['ownerId'], to: ['id'] },
      },
    },
  ] as never)
  authorizer.loadSync(policy)
  return authorizer
}

describe('filters of the same policy', () => {
  const authorizer = setup()
  const filter = (user: object, action = 'read') => authorizer.filter(user, action, 'Note')
  const printed = (user: object, action?: string) => String(filter(user, action))

  it('share the condition of the same columns', () => {
    expect(filter(new User(1, 7)).definite()).toBe(filter(new User(2, 7)).definite())
    expect(filter(new User(1), 'edit').definite()).toBe(filter(new User(1, 9), 'edit').definite())
  })

  it.each([
    ['another value', new User(1, 8)],
    ['nil', new User(1, null)],
    ['minus zero', new User(1, -0)],
    ['another type', Object.assign(new User(1), { team: '7' })],
  ])('do not share it for %s', (_, other) => {
    for (const team of [7, 0]) expect(filter(other).definite()).not.toBe(filter(new User(1, team)).definite())
  })

  it('have the values of the time when they are made', () => {
    const user = new User(1, 7)
    expect(printed(user)).toBe('resource.team = 7')
    user.team = 8
    expect(printed(user)).toBe('resource.team = 8')
    expect(printed(new User(1, 7))).toBe('resource.team = 7')
  })

  it('keep the key of the row with which they were made', () => {
    const user = { ...new User(5) }
    const first = filter(authorizer.as('User', user), 'edit')
    user.id = 6
    const second = filter(authorizer.as('User', { ...new User(5) }), 'edit')
    expect(JSON.stringify(second.definite())).toContain('"value":5')
    expect(first.definite()).toBe(second.definite())
    expect(second.matches(authorizer.as('Note', { id: 1, ownerId: 5 }))).toBe(true)
    expect(second.matches(authorizer.as('Note', { id: 1, ownerId: 6 }))).toBe(false)
  })

  it('read a getter each time', () => {
    let team = 0
    const user = Object.defineProperty(new User(1), 'team', { get: () => ++team, enumerable: true })
    expect([printed(user), printed(user)]).toEqual(['resource.team = 1', 'resource.team = 2'])
  })

  it('read relations each time', () => {
    const shared = (team: number) => printed(new User(1, 1, [{ team }]), 'share')
    expect([shared(3), shared(4)]).toEqual(['resource.team = 3', 'resource.team = 4'])
  })

  it('have the actor for whom they are made', () => {
    const users = [new User(1, 7), new User(2, 7)]
    expect(users.map((user) => filter(user).actor)).toEqual(users)
  })

  it('have an error for a value that is missing', () => {
    filter(new User(1, 7))
    expect(() => filter(Object.assign(new User(1), { team: undefined }))).toThrow('team not found on User { id: 1 }.')
  })
})

it('gives the objects themselves to the equality of the application', () => {
  const authorizer = setup({ equality: () => false })
  const filter = () => authorizer.filter(new User(1), 'edit', 'Note')
  expect(filter().condition).not.toBe(filter().condition)
})

it('does not keep conditions of an earlier policy', () => {
  const authorizer = setup()
  const filter = () => String(authorizer.filter(new User(1, 7), 'read', 'Note'))
  expect(filter()).toBe('resource.team = 7')
  authorizer.loadSync(policy.replace('note.team = user.team', 'note.id = user.team'))
  expect(filter()).toBe('resource.id = 7')
})
