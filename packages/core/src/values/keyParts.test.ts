import { describe, expect, it, test } from 'vitest'
import { moduleOf } from '../../../compile/src/testing/moduleOf.js'
import { Authorizer } from '../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../authorizer/options.js'

/** As MongoDB's: two copies of one key are two objects. */
class ObjectId {
  readonly #hex: string
  constructor(hex: string) {
    this.#hex = hex
  }
  equals(other: unknown): boolean {
    return other instanceof ObjectId && other.#hex === this.#hex
  }
}
class Money {
  constructor(readonly cents: number) {}
}
class User {
  constructor(
    readonly _id: unknown,
    readonly tenant: unknown = 1,
  ) {}
}
/** The author and the banned user are the same. */
class Post {
  readonly id = 1
  readonly author: User | undefined
  readonly banned: readonly User[]
  constructor(
    author: User,
    /** The foreign key of the author, if that is not loaded. */
    readonly authorId?: unknown,
  ) {
    this.author = authorId === undefined ? author : undefined
    this.banned = [author]
  }
}

/** A key: its kind, what it identifies within its kind, and a function that makes a copy. */
type Key = readonly [kind: string, identity: unknown, copy: () => unknown]
const scalars: readonly Key[] = [
  ...[1, 2].map((number): Key => ['number', number, () => number]),
  ['number', 0, () => 0],
  ['number', 0, () => -0],
  ['number', 1, () => 1n],
  ['number', 2, () => ({ [Symbol.toStringTag]: 'Decimal', toString: () => '2.0' })],
  ...['1', ''].map((text): Key => ['string', text, () => text]),
  ['boolean', true, () => true],
  ...[5, 6].map((time): Key => ['date', time, () => new Date(time)]),
  ...['a', 'b'].map((text): Key => ['bytes', text, () => Buffer.from(text)]),
  ['symbol', 'a', () => Symbol.for('a')],
]
const objectIds: readonly Key[] = ['a', 'b'].map((hex): Key => ['ObjectId', hex, () => new ObjectId(hex)])
const unknown: readonly Key[] = [
  ['none', 'NaN', () => Number.NaN],
  ['none', 'invalid date', () => new Date(Number.NaN)],
  ['none', 'promise', () => Promise.resolve(1)],
  ['none', 'list', () => [1]],
  ['none', 'plain object', () => ({ a: 1 })],
  ['none', 'boxed text', () => new String('1')],
  ['none', 'boxed number', () => new Number(1)],
  ['none', 'function', () => () => 1],
  ['none', 'instance', () => new Money(1)],
]

const known = [...scalars, ...objectIds]
const pairs: readonly (readonly [Key, Key])[] = [
  ...known.flatMap((key) => known.map((other) => [key, other] as const)),
  ...unknown.flatMap((key) =>
    [key, scalars[0]!, objectIds[0]!].flatMap((other) => [[key, other] as const, [other, key] as const]),
  ),
]

/** Returns whether two keys are equal; undefined if that is an error. */
function expected([kind, identity]: Key, [otherKind, other]: Key): boolean | undefined {
  return kind === otherKind && kind !== 'none' ? identity === other : undefined
}

const policy = `
  allow(user: User, "edit", post: Post) if post.author = user;
  allow(user: User, "alter", post: Post) if post.author == user;
  allow(user: User, "read", post: Post) if user in post.banned;
  allow(user: User, "review", post: Post) if not post.author = user;
  allow(user: User, "judge", post: Post) if post.author != user;
  allow(user: User, "comment", post: Post) if not user in post.banned;
  allow(user: User, "praise", post: Post) if forall(other in post.banned, other != user);
  allow(user: User, "rate", post: Post) if not (other in post.banned and [other] = [user]);
`
const positive = ['edit', 'alter', 'read']
const actions = [...positive, 'review', 'judge', 'comment', 'praise', 'rate']

type Can = (user: User, action: string, post: Post) => boolean | undefined

interface Declared {
  readonly key?: string | readonly string[]
  readonly type?: 'integer' | 'unknown'
  readonly kept?: boolean
  /** Whether `ObjectId` is a class of values. Default true. */
  readonly isRegistered?: boolean
}

function authorizerOf(declared: Declared, options: AuthorizerOptions = {}): Authorizer {
  const { key = '_id', type, kept, isRegistered = true } = declared
  const authorizer = new Authorizer({ log() {}, ...options })
  if (isRegistered) authorizer.registerClass(ObjectId, { value: true })
  const to = [key].flat()
  const from = to.map((name) => (name === '_id' ? 'authorId' : 'id'))
  authorizer
    .registerClass(User, { key, ...(type && { fields: { _id: type } }) })
    .registerClass(Post, {
      key: 'id',
      fields: { author: { one: User, from, to, ...(kept === false && { kept }) }, banned: { many: User } },
    })
    .loadSync(policy)
  return authorizer
}

/** Every way to decide a check; each returns undefined for an error of the check. */
function deciders(declared: Declared): Record<'machine' | 'closures' | 'source' | 'module' | 'filter', Can> {
  const caught =
    (can: Can): Can =>
    (...args) => {
      try {
        return can(...args)
      } catch (error) {
        expect(error).toMatchObject({ code: declared.type ? expect.any(String) : 'type-error' })
        return undefined
      }
    }
  const by = (evaluator: 'machine' | 'closures' | 'source'): Can => {
    const authorizer = authorizerOf(declared, { evaluator })
    return caught((...args) => authorizer.can(...args))
  }
  const module = moduleOf(authorizerOf(declared))({ classes: { User, Post, ObjectId } })
  const lists = authorizerOf(declared)
  return {
    machine: by('machine'),
    closures: by('closures'),
    source: by('source'),
    module: caught((...args) => module.can(...args)),
    filter: (user, action, post) => lists.filter(user, action, 'Post').matches(post),
  }
}

describe.each<[string, Declared]>([
  ['an undeclared column', {}],
  ['a column that is declared as a number', { type: 'integer' }],
  ['two columns', { key: ['tenant', '_id'] }],
])('a key of %s', (_, declared) => {
  test.each(Object.entries(deciders(declared)))('is compared by its kind, and else an error: %s', (name, can) => {
    const isFilter = name === 'filter'
    // A declared number is an error in some places, whatever it is compared with.
    const isStrict = declared.type === undefined
    const wrong: unknown[] = []
    // Twice, so that functions that remember a class have seen every kind of key.
    for (let round = 0; round < (isFilter ? 1 : 2); round++)
      for (const [key, other] of pairs)
        for (const action of actions) {
          const isEqual = expected(key, other)
          const right = isEqual === undefined ? undefined : isEqual === positive.includes(action)
          const found = can(new User(key[2]()), action, new Post(new User(other[2]())))
          // A filter leaves out a row whose check is an error.
          if (found === right || found === (isFilter ? (right ?? false) : right) || (found === undefined && !isStrict))
            continue
          wrong.push({ action, key: key.slice(0, 2), other: other.slice(0, 2), found, right })
        }
    expect(wrong).toEqual([])
  })
})

describe('a foreign key', () => {
  test.each([true, false])('in place of the row is compared as the key is: kept %s', (kept) => {
    for (const [name, can] of Object.entries(deciders({ kept }))) {
      if (name === 'module' || name === 'filter') continue
      for (const [key, other] of pairs) {
        const isEqual = expected(key, other)
        const post = (): Post => new Post(new User(0), other[2]())
        const found = ['edit', 'review', 'judge'].map((action) => can(new User(key[2]()), action, post()))
        expect([name, key, other, ...found]).toEqual([
          name,
          key,
          other,
          isEqual,
          ...Array(2).fill(isEqual === undefined ? undefined : !isEqual),
        ])
      }
    }
  })
})

describe('an unknown kind of key', () => {
  const check = (part: () => unknown, declared: Declared = {}, options: AuthorizerOptions = {}) => {
    const authorizer = authorizerOf({ isRegistered: false, ...declared }, options)
    return () => authorizer.can(new User(part()), 'review', new Post(new User(part())))
  }

  it.each([
    [
      () => new ObjectId('a'),
      'The key User._id is an object of class ObjectId',
      'registerClass(ObjectId, { value: true })',
    ],
    [() => new Money(1), 'an object of class Money', 'the option `equality`'],
    [() => Promise.resolve(1), 'a promise', 'await it'],
    [() => [1], 'a list', 'texts, numbers'],
    [() => Number.NaN, 'NaN', 'texts, numbers'],
  ])('is named with its way out: %s', (part, what, hint) => {
    expect(check(part)).toThrow(what)
    expect(check(part)).toThrow(hint)
    expect(check(part)).toThrow('line 5')
  })

  it('is compared by `equality`, and an error beside a known one', () => {
    const equality = (a: unknown, b: unknown): boolean =>
      a instanceof ObjectId ? a.equals(b) : (a as Money).cents === (b as Money).cents
    for (const evaluator of ['machine', 'closures', 'source'] as const) {
      const options = { equality, evaluator }
      expect(check(() => new ObjectId('a'), {}, options)()).toBe(false)
      expect(check(() => new Money(1), {}, options)()).toBe(false)
      let cents = 0
      expect(check(() => new Money(cents++), {}, options)()).toBe(true)
      expect(check(() => (cents++ % 2 ? new Money(1) : 1), {}, options)).toThrow(
        expect.objectContaining({ code: 'type-error' }),
      )
    }
  })

  it('is compared by an `equality` that has to be awaited', async () => {
    const equality = async (a: unknown, b: unknown): Promise<boolean> => (a as Money).cents === (b as Money).cents
    const authorizer = authorizerOf({ key: ['tenant', '_id'] }, { equality })
    const may = (left: number, right: number, action: string): Promise<boolean> =>
      authorizer.isAllowed(new User(new Money(left)), action, new Post(new User(new Money(right))))
    expect(await Promise.all([may(1, 1, 'edit'), may(1, 1, 'review'), may(1, 2, 'edit'), may(1, 2, 'review')])).toEqual(
      [true, false, false, true],
    )
  })
})

describe('a class of values', () => {
  it.each(['machine', 'closures', 'source'] as const)('is compared by its own `equals` anywhere (%s)', (evaluator) => {
    for (const isRegistered of [true, false]) {
      const authorizer = new Authorizer({ log() {}, evaluator }).registerClass(User).registerClass(Post)
      if (isRegistered) authorizer.registerClass(ObjectId, { value: true })
      authorizer.loadSync(`
        allow(user: User, "edit", post: Post) if post.authorId = user._id;
        allow(user: User, "review", post: Post) if post.authorId != user._id;
        allow(user: User, "list", post: Post) if not user._id in [post.authorId];
        allow(user: User, "be", post: Post) if user._id matches ObjectId and post.id = 1;
      `)
      const may = (user: string, action: string) => () =>
        authorizer.can(new User(new ObjectId(user)), action, new Post(new User(1), new ObjectId('a')))
      const results = ['edit', 'review', 'list'].flatMap((action) => ['a', 'b'].map((user) => may(user, action)))
      if (isRegistered) {
        expect(results.map((one) => one())).toEqual([true, false, false, true, false, true])
        expect(may('a', 'be')()).toBe(true)
      } else for (const one of results) expect(one).toThrow('registerClass(ObjectId, { value: true })')
    }
  })

  it('is compared with no row: a key in the place of a row, and a row in the place of a key, are errors', () => {
    const declare = (evaluator?: 'machine' | 'closures' | 'source'): Authorizer => {
      const authorizer = new Authorizer({ log() {}, ...(evaluator && { evaluator }) })
        .registerClass(ObjectId, { value: true })
        .registerClass(User, { key: '_id' })
        .registerClass(Post, { fields: { id: 'integer', author: { one: User }, authorId: ObjectId } })
      authorizer.loadSync(`
        allow(user: User, "edit", post: Post) if post.authorId = user._id;
        allow(user: User, "review", post: Post) if post.authorId != user._id;
        allow(user: User, "list", post: Post) if not user._id in [post.authorId];
        allow(user: User, "own", post: Post) if post.author = user;
        allow(user: User, "judge", post: Post) if not post.author = user;
      `)
      return authorizer
    }
    const [ada, eve] = [new User(new ObjectId('a')), new User(new ObjectId('b'))]
    const module = moduleOf(declare())({ classes: { User, Post, ObjectId } })
    const row = (author: unknown, authorId: unknown): Post => Object.assign(new Post(eve), { author, authorId })
    const may = [
      ...(['machine', 'closures', 'source'] as const).map((one) => declare(one)),
      { can: (...args: Parameters<Can>) => module.can(...args) },
    ]
    for (const { can } of may.map((one) => ({ can: (...args: Parameters<Can>) => one.can(...args) }))) {
      const populated = [row(eve, eve), row(ada, ada), row(eve, { _id: eve._id })]
      for (const post of populated)
        for (const action of ['edit', 'review', 'list'])
          expect(() => can(ada, action, post)).toThrow(
            // A module knows no class of a plain object.
            expect.objectContaining({ code: expect.stringMatching(/^(type-error|unknown-row)$/) }),
          )
      for (const post of [row(ada._id, ada._id), row(eve._id, eve._id)])
        for (const action of ['own', 'judge'])
          expect(() => can(ada, action, post)).toThrow(
            // A module leaves a relation that holds no row of its class to the machine.
            expect.objectContaining({ code: expect.stringMatching(/^(type-error|machine-only)$/) }),
          )
      const asked = ['edit', 'review', 'list', 'own', 'judge'].map((action) => can(ada, action, row(ada, eve._id)))
      expect(asked).toEqual([false, true, true, true, false])
    }
  })

  it('compares columns in filters, and no key that equals nothing', () => {
    const authorizer = new Authorizer()
      .registerClass(ObjectId, { value: true })
      .registerClass(User)
      .registerClass(Post, { fields: { id: 'integer', authorId: ObjectId } })
    authorizer.loadSync('allow(user: User, "edit", post: Post) if post.authorId = user._id;')
    const id = new ObjectId('a')
    expect(authorizer.filter(new User(id), 'edit', 'Post').definite()).toMatchObject({
      kind: 'compare',
      left: { kind: 'path', steps: [{ name: 'authorId' }] },
      right: { kind: 'value', value: id },
    })
    authorizer.loadSync('allow(user: User, "edit", post: Post) if not post.authorId in user.tenant;')
    const among = (...keys: readonly unknown[]) => authorizer.filter(new User(id, keys), 'edit', 'Post').definite()
    expect(among(id, new ObjectId('b'))).toMatchObject({ kind: 'not', of: { kind: 'in' } })
    expect(() => among(id, new User(id))).toThrow(expect.objectContaining({ code: 'unsupported-filter' }))
    const lists = authorizerOf({})
    for (const part of [Number.NaN, new Date(Number.NaN), Promise.resolve(1)])
      expect(() => lists.filter(new User(part), 'review', 'Post').definite()).toThrow(
        expect.objectContaining({ code: 'type-error' }),
      )
  })

  it('needs a method `equals` that returns a boolean, and no key', () => {
    const authorizer = new Authorizer()
    expect(() => authorizer.registerClass(Money, { value: true })).toThrow('has no method `equals`')
    expect(() => authorizer.registerClass(ObjectId, { value: true, key: 'id' })).toThrow('has a `key`')
    expect(() => authorizer.registerModels([{ name: 'Id', value: true }])).toThrow('has no method `equals`')
    class Loose {
      equals(): unknown {
        return 1
      }
    }
    authorizer.registerClass(Loose, { value: true }).registerClass(User)
    authorizer.loadSync('allow(user: User, "edit", other: User) if user._id = other._id;')
    expect(() => authorizer.can(new User(new Loose()), 'edit', new User(new Loose()))).toThrow(
      'The method equals of Loose must return a boolean.',
    )
  })
})
