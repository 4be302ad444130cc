import { describe, expect, test } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { Authorizer } from '../authorizer/authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly activeUntil: Date | null = null,
    readonly isAdmin = false,
  ) {}
}
class Doc {
  constructor(
    readonly owner: User,
    readonly until: Date | null = null,
  ) {}
}

const noon = new Date('2020-01-01T12:00:00Z')
const before = new Date(noon.getTime() - 1000)
const after = new Date(noon.getTime() + 1000)

const policy = `
  is_active(user: User) if user.activeUntil = nil or user.activeUntil > clock.now();
  allow(user: User, _, _: Doc) if is_active(user) and user.isAdmin = true;
  allow(user: User, "read", doc: Doc) if is_active(user) and doc.owner = user;
  allow(user: User, "read", doc: Doc) if is_active(user) and doc.until > clock.now();
`

function authorizerWith(clock: unknown, evaluator: 'source' | 'closures' | 'machine', text = policy): Authorizer {
  const authorizer = new Authorizer({ evaluator })
  authorizer.registerClass(User, {
    fields: { id: 'integer', activeUntil: { type: 'date', nullable: true }, isAdmin: 'boolean' },
    key: 'id',
  })
  authorizer.registerClass(Doc, {
    fields: { owner: { one: 'User' }, until: { type: 'date', nullable: true } },
  })
  authorizer.registerConstant(clock, 'clock')
  authorizer.loadSync(text)
  return authorizer
}

const owner = new User(1)
const expired = new User(2, before)
const current = new User(3, after)
const admin = new User(4, null, true)
const questions: readonly (readonly [User, Doc, boolean])[] = [
  [owner, new Doc(owner), true],
  [expired, new Doc(expired), false],
  [current, new Doc(current), true],
  [current, new Doc(owner), false],
  [current, new Doc(owner, after), true],
  [current, new Doc(owner, before), false],
  [admin, new Doc(owner), true],
]

describe.each(['source', 'closures', 'machine'] as const)('%s', (evaluator) => {
  test('decides by the time of a clock', () => {
    const authorizer = authorizerWith({ now: () => noon }, evaluator)
    for (const [user, doc, expected] of questions) expect(authorizer.can(user, 'read', doc)).toBe(expected)
  })

  test('reads the clock at every check, and a clock that replaces it', () => {
    let now = noon
    const authorizer = authorizerWith({ now: () => now }, evaluator)
    const doc = new Doc(owner, after)
    expect(authorizer.can(current, 'read', doc)).toBe(true)
    now = new Date(after.getTime() + 1000)
    expect(authorizer.can(new User(5), 'read', doc)).toBe(false)
    authorizer.registerConstant({ now: () => before }, 'clock')
    expect(authorizer.can(new User(5), 'read', doc)).toBe(true)
  })

  test('reports a clock that ends with an error, from the first check on', () => {
    const authorizer = authorizerWith(
      {
        now() {
          throw new Error('no time')
        },
      },
      evaluator,
    )
    for (let times = 0; times < 5; times++) expect(() => authorizer.can(current, 'read', new Doc(owner))).toThrow()
  })

  test('decides as the machine when a clock changes the type of its results', async () => {
    let now: unknown = noon
    const authorizer = authorizerWith({ now: () => now }, evaluator)
    const doc = new Doc(owner, after)
    const other = new User(5)
    expect(authorizer.can(other, 'read', doc)).toBe(true)
    now = after.getTime() + 1000
    expect(authorizer.can(other, 'read', doc)).toBe(false)
    now = new Date(Number.NaN)
    expect(authorizer.can(other, 'read', doc)).toBe(false)
    now = 'noon'
    expect(() => authorizer.can(other, 'read', doc)).toThrow()
    now = Promise.resolve(noon)
    expect(() => authorizer.can(other, 'read', doc)).toThrow()
    await expect(authorizer.isAllowed(other, 'read', doc)).resolves.toBe(true)
    now = noon
    expect(authorizer.can(other, 'read', doc)).toBe(true)
  })

  test('leaves no promise of a failing clock unhandled', async () => {
    const authorizer = authorizerWith({ now: () => Promise.reject(new Error('no time')) }, evaluator)
    expect(() => authorizer.can(current, 'read', new Doc(owner))).toThrow()
    await expect(authorizer.isAllowed(current, 'read', new Doc(owner))).rejects.toThrow()
  })

  test.each([
    ['a number', 'allow(user: User, "read", _: Doc) if user.id >= clock.level();', { level: () => 3 }],
    ['a text', 'allow(user: User, "read", _: Doc) if clock.name() = "noon" and user.id >= 3;', { name: () => 'noon' }],
    [
      'a boolean',
      'allow(user: User, "read", _: Doc) if clock.isOpen() = true and user.id >= 3;',
      { isOpen: () => true },
    ],
    ['a constant', 'allow(user: User, "read", _: Doc) if user.id >= clock;', 3],
  ])('compares with %s', (_name, text, clock) => {
    const authorizer = authorizerWith(clock, evaluator, text)
    expect(authorizer.can(current, 'read', new Doc(owner))).toBe(true)
    expect(authorizer.can(owner, 'read', new Doc(owner))).toBe(false)
  })
})

describe('a compiled module', () => {
  const create = moduleOf(authorizerWith({ now: () => noon }, 'source'))
  const classes = { User, Doc }

  test('decides by the clock of the application', () => {
    const authorizer = create({ classes, constants: { clock: { now: () => noon } } })
    for (const [user, doc, expected] of questions) expect(authorizer.can(user, 'read', doc)).toBe(expected)
    const late = create({ classes, constants: { clock: { now: () => new Date(after.getTime() + 1000) } } })
    expect(late.can(current, 'read', new Doc(current))).toBe(false)
  })

  test.each([
    ['of another type', () => 'noon'],
    ['that is a promise', () => Promise.reject(new Error('no time'))],
    [
      'that ends with an error',
      () => {
        throw new Error('no time')
      },
    ],
  ])('refuses a time %s', (_name, now) => {
    const authorizer = create({ classes, constants: { clock: { now } } })
    expect(() => authorizer.can(current, 'read', new Doc(current))).toThrow(
      expect.objectContaining({ code: 'machine-only' }),
    )
  })
})

test('the gate of several rules is evaluated once', () => {
  let calls = 0
  const clock = {
    now() {
      calls++
      return noon
    },
  }
  const authorizer = authorizerWith(clock, 'source')
  authorizer.can(current, 'read', new Doc(owner))
  calls = 0
  expect(authorizer.can(expired, 'read', new Doc(owner))).toBe(false)
  expect(calls).toBe(1)
})
