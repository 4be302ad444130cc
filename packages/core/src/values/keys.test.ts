import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { QueryError, RelationNotLoadedError } from '../errors.js'

class User {
  constructor(
    readonly id: number | null | undefined,
    readonly handle?: string,
  ) {}
}
class Cat {
  readonly id = 1
}
class Tiger extends Cat {}
class Paper {
  readonly id = 1
  readonly author?: User
  readonly authorId?: number
  readonly editorHandle?: string
  readonly catId?: number
  constructor(fields: Partial<Paper>) {
    Object.assign(this, fields)
  }
}

function authorizerWith(evaluator: 'source' | 'closures' | 'machine'): Authorizer {
  const authorizer = new Authorizer({ evaluator })
    .registerClass(User, { key: 'id', fields: { id: 'integer', handle: String } })
    .registerClass(Cat, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Tiger)
    .registerClass(Paper, {
      key: 'id',
      fields: {
        id: 'integer',
        authorId: { type: 'integer' },
        author: { one: User, from: 'authorId', to: 'id' },
        editorHandle: String,
        editor: { one: User, from: 'editorHandle', to: 'handle' },
        catId: 'integer',
        cat: { one: Cat, from: 'catId', to: 'id', nullable: false },
      },
    })
  authorizer.loadSync(`
    allow(user: User, "edit", paper: Paper) if paper.author = user;
    allow(user: User, "review", paper: Paper) if not paper.author = user;
    allow(user: User, "judge", paper: Paper) if not paper.author == user;
    allow(user: User, "praise", paper: Paper) if not user in [paper.author];
    allow(user: User, "print", paper: Paper) if paper.editor = user;
    allow(user: User, "delay", paper: Paper) if not paper.editor = user;
    allow(_: User, "pet", paper: Paper) if paper.cat matches Cat;
    allow(_: User, "tame", paper: Paper) if paper.cat matches Tiger;
    allow(_: User, "touch", paper: Paper) if not paper.cat matches Tiger;
    allow(user: User, "note", paper: Paper) if paper.size = user.handle.length;
  `)
  return authorizer
}

const missing = expect.objectContaining({ code: 'missing-attribute', message: expect.stringContaining('id') })
const notLoaded = expect.objectContaining({ code: 'relation-not-loaded' })

describe.each(['source', 'closures', 'machine'] as const)('with %s', (evaluator) => {
  const authorizer = authorizerWith(evaluator)

  test.each(['edit', 'review', 'judge', 'praise'])('a row without its key is compared with no other: %s', (action) => {
    const [withKey, without] = [new User(1, 'ann'), new User(undefined, 'ann')]
    expect(() => authorizer.can(withKey, action, new Paper({ author: without }))).toThrow(missing)
    expect(() => authorizer.can(without, action, new Paper({ author: withKey }))).toThrow(missing)
    expect(() => authorizer.can(without, action, new Paper({ author: new User(undefined) }))).toThrow(missing)
    expect(() => authorizer.can(withKey, action, new Paper({ author: without }))).toThrow(QueryError)
    expect(authorizer.filter(withKey, action, 'Paper').matches(new Paper({ author: without }))).toBe(false)
  })

  test('is not in a filter for the database either', () => {
    const filter = () => authorizer.filter(new User(undefined), 'review', 'Paper').definite()
    expect(filter).toThrow(missing)
    expect(filter).toThrow(QueryError)
  })

  test('a row whose key is nil equals only itself', () => {
    const fresh = new User(null)
    expect(authorizer.can(fresh, 'edit', new Paper({ author: fresh }))).toBe(true)
    expect(authorizer.can(fresh, 'edit', new Paper({ author: new User(null) }))).toBe(false)
    const unsaved = new User(undefined)
    expect(authorizer.can(unsaved, 'edit', new Paper({ author: unsaved }))).toBe(true)
  })

  test('an unloaded relation is compared by a foreign key that refers to the key', () => {
    expect(authorizer.can(new User(1), 'edit', new Paper({ authorId: 1 }))).toBe(true)
    expect(authorizer.can(new User(1), 'review', new Paper({ authorId: 1 }))).toBe(false)
    expect(authorizer.can(new User(2), 'review', new Paper({ authorId: 1 }))).toBe(true)
  })

  test.each(['print', 'delay'])('by another column it is not: %s', (action) => {
    const check = () => authorizer.can(new User(1, 'ann'), action, new Paper({ editorHandle: 'ann' }))
    expect(check).toThrow(notLoaded)
    expect(check).toThrow(RelationNotLoadedError)
  })

  test.each(['tame', 'touch'])('its subclass is unknown: %s', (action) => {
    expect(() => authorizer.can(new User(1), action, new Paper({ catId: 1 }))).toThrow(notLoaded)
    expect(authorizer.can(new User(1), 'pet', new Paper({ catId: 1 }))).toBe(true)
  })

  test('a field of a string is an error in checks and in filters', () => {
    expect(() => authorizer.can(new User(1, 'ann'), 'note', new Paper({}))).toThrow(QueryError)
    expect(() => authorizer.filter(new User(1, 'ann'), 'note', 'Paper')).toThrow(QueryError)
  })
})

describe('keys that are bytes', () => {
  class Door {
    constructor(readonly banned: readonly Guest[]) {}
  }
  class Guest {
    constructor(readonly id: Uint8Array) {}
  }
  test.each(['source', 'closures', 'machine'] as const)('distinguish rows by content (%s)', (evaluator) => {
    const authorizer = new Authorizer({ evaluator })
      .registerClass(Guest, { key: 'id', fields: { id: 'bytes' } })
      .registerClass(Door, { fields: { banned: { many: Guest } } })
    authorizer.loadSync(`
      allow(guest: Guest, "enter", door: Door) if not guest in door.banned;
      allow(guest: Guest, "knock", door: Door) if not (other in door.banned and other = guest);
      allow(guest: Guest, "ring", door: Door) if not (other in door.banned and other.id = guest.id);
    `)
    const guest = (...bytes: number[]): Guest => new Guest(Buffer.from(bytes))
    const door = new Door([guest(0x80, 1), new Guest(new Uint8Array([7]))])
    for (const action of ['enter', 'knock', 'ring']) {
      const may = (one: Guest): boolean => authorizer.can(one, action, door)
      expect([guest(0x80, 1), guest(7), guest(0x81, 1), guest(0x80)].map(may)).toEqual([false, false, true, true])
    }
  })
})
