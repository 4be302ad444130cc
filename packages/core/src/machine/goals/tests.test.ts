import { describe, expect, it } from 'vitest'
import { SchemaHost } from '../index.js'
import { ask, askLater, type World } from '../testing/ask.js'

class User {
  isOff = false
  name: string | null = 'ann'
  level = 3
  since: Date | null = new Date(0)
  tags = ['a', 'b', 'a']
  friends: User[] = []
  boss: User | null | Promise<User | null> = null
  constructor(readonly id: number) {}
}

const [ann, bob] = [new User(1), new User(2)]
bob.isOff = true
bob.name = null
bob.since = null
bob.boss = new User(1)
ann.friends = [bob, new User(2), ann]

const world: World = {
  classes: { User: { class: User, key: ['id'] } },
  constants: { ann, bob, epoch: new Date(0), nan: Number.NaN },
}

/** A rule over a user whose body is the condition: its variables have values when the body begins. */
const holdsFor = (condition: string, also: World = {}) =>
  ask('user in [ann, bob] and rule(user, found)', {
    ...world,
    ...also,
    policy: `rule(user: User, found) if ${condition}${condition.includes('found') ? '' : ' and found = 0'};`,
  }).map(({ user, found }) => [(user as User).id, found])

describe('conditions on known values', () => {
  it.each([
    ['user.isOff = true', [2]],
    ['not user.isOff = true', [1]],
    ['user.isOff', [2]],
    ['not user.isOff', [1]],
    ['not (user.isOff = true and user.name = nil)', [1]],
    ['not (user.isOff = false or user.name = "bob")', [2]],
    ['not not user.isOff', [2]],
    ['user.name = nil', [2]],
    ['user.name != nil', [1]],
    ['user.since != nil and user.since <= epoch', [1]],
    ['user.name in ["ann", "bob"]', [1]],
    ['not user.name in ["ann", "bob"]', [2]],
    ['user.level in [1, 3.0]', [1, 2]],
    ['user.level > 2 and user.level <= 3', [1, 2]],
    ['user.boss = ann', [2]],
    ['not user.boss = ann', [1]],
    ['user.boss != nil', [2]],
    ['user in ann.friends and user.isOff = false', [1]],
    ['user = user', [1, 2]],
  ])('%s', (condition, users) => {
    expect(holdsFor(condition).map(([id]) => id)).toEqual(users)
  })

  it.each([
    ['the arms of `or` that hold', '(user.level = 3 or user.isOff = false or user.name = "ann")', [1, 1, 1, 2]],
    ['the arms that bind', '(user.isOff = true or found = 1 or user.level = 3) and found = 2', [1, 2, 2]],
    ['the same text in a list of the policy', 'user.name in ["ann", "ann"]', [1, 1]],
    ['the same text in a field', '"a" in user.tags', [1, 1, 2, 2]],
    ['equal rows in a field', 'bob in user.friends', [1, 1]],
  ])('are proven once for each of %s', (_, condition, users) => {
    expect(holdsFor(condition).map(([id]) => id)).toEqual(users)
  })

  it('compare a variable with itself without its value', () => {
    expect(ask('p(nan)', { ...world, policy: 'p(x) if x = x;' })).toEqual([{}])
    expect(ask('p(nan, nan)', { ...world, policy: 'p(x, y) if x = y;' })).toEqual([])
  })

  it('wait for variables without values', () => {
    const policy = 'p(x) if not x = 1; q(x) if (x = 1 or x = 2) and not x = 1; r(x) if x in ["a", "b"];'
    expect(ask('p(x) and x in [1, 2]', { policy })).toEqual([{ x: 2 }])
    expect(ask('q(x)', { policy })).toEqual([{ x: 2 }])
    expect(ask('r(x)', { policy })).toEqual([{ x: 'a' }, { x: 'b' }])
  })

  it('wait for promises, and go on with the other goals', async () => {
    const later = new User(3)
    later.boss = Promise.resolve(ann)
    const policy = `
      p(user: User) if not user.isOff = true and not user.boss = bob and (user.boss = bob or user.boss = ann);
      q(user: User) if user.isOff = false and user.boss = bob;
    `
    const slow = { ...world, policy, constants: { ...world.constants, later } }
    expect(await askLater('p(later)', slow)).toEqual([{}])
    expect(await askLater('q(later)', slow)).toEqual([])
    expect(() => ask('p(later)', slow)).toThrow(expect.objectContaining({ code: 'async-value' }))
  })

  it.each([
    ['not user.nothing = 1', 'missing-attribute'],
    ['user.isOff = user.isOff and user.nothing', 'missing-attribute'],
    ['user.name', 'type-error'],
    ['user.tags < 3', 'unsupported-operation'],
    ['user.friends == 3', 'unsupported-operation'],
    ['user.level > user.tags', 'unsupported-operation'],
    ['not (user.level = 4 or user.nothing = 1)', 'missing-attribute'],
  ])('end the query in the same errors: %s', (condition, code) => {
    expect(() => holdsFor(condition)).toThrow(expect.objectContaining({ code }))
  })

  it('are all met below a negation if the host has to meet all proofs', () => {
    class Thorough extends SchemaHost {
      override readonly meetsAllProofs: boolean = true
    }
    const thorough: World = { host: (schema, options) => new Thorough(schema, options) }
    const condition = 'not (user.level = 3 or user.nothing = 1)'
    expect(holdsFor(condition)).toEqual([])
    expect(() => holdsFor(condition, thorough)).toThrow(expect.objectContaining({ code: 'missing-attribute' }))
  })
})
