import { describe, expect, test } from 'vitest'
import { ArcturusError } from '../../errors.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(readonly id: number) {}
}
class Note {
  constructor(readonly ownerId: number) {}
}

function load(policy: string, evaluator: 'source' | 'closures', syncTime = 10_000): Authorizer {
  const authorizer = new Authorizer({ evaluator, limits: { syncTime } })
    .registerClass(User, { fields: { id: 'integer' } })
    .registerClass(Note, { fields: { ownerId: 'integer' } })
  authorizer.loadSync(policy)
  return authorizer
}

const times = (count: number, text: (at: number) => string, between = '\n'): string =>
  Array.from({ length: count }, (_, at) => text(at)).join(between)

/** Policies that nobody writes, but a generator may. */
const policies: Readonly<Record<string, (depth: number) => string>> = {
  'rules that call each other': (depth) => `
    allow(user: User, "read", note: Note) if f0(user, note);
    ${times(depth, (at) => `f${at}(user, note) if f${at + 1}(user, note) and user.id = 1;`)}
    f${depth}(_, note) if note.ownerId = 2;`,
  'a long conjunction': (depth) =>
    `allow(user: User, "read", note: Note) if ${times(depth, () => 'user.id = 1', ' and ')} and note.ownerId = 2;`,
  'a long disjunction': (depth) =>
    `allow(user: User, "read", note: Note) if ${times(depth, () => 'user.id = 2', ' or ')} or note.ownerId = 2;`,
  'nested negations': (depth) => {
    const even = Math.min(depth, 900)
    return `allow(_: User, "read", note: Note) if ${'not ('.repeat(even)}note.ownerId = 2${')'.repeat(even)};`
  },
}

describe.each(['source', 'closures'] as const)('with %s', (evaluator) => {
  test.each(Object.keys(policies).flatMap((name) => [300, 5_000].map((depth) => [name, depth] as const)))(
    '%s, %i deep, are answered, and give a filter or a typed error',
    (name, depth) => {
      const authorizer = load(policies[name]!(depth), evaluator)
      for (let round = 0; round < 2; round++) {
        expect(authorizer.can(new User(1), 'read', new Note(2))).toBe(true)
        expect(authorizer.can(new User(1), 'read', new Note(3))).toBe(false)
      }
      try {
        const filter = authorizer.filter(new User(1), 'read', 'Note')
        expect([filter.matches(new Note(2)), filter.matches(new Note(3))]).toEqual([true, false])
        filter.definite()
      } catch (error) {
        expect(error).toBeInstanceOf(ArcturusError)
      }
    },
  )

  test('rules that double with each call meet a limit', () => {
    const authorizer = load(
      `allow(user: User, "read", note: Note) if f0(user, note);
      ${times(60, (at) => `f${at}(user, note) if f${at + 1}(user, note) and note.ownerId = 2; f${at}(user, note) if f${at + 1}(user, note) and note.ownerId = 3;`)}
      f60(user, _) if user.id = 1;`,
      evaluator,
      100,
    )
    expect(() => authorizer.can(new User(1), 'read', new Note(1))).toThrow(
      expect.objectContaining({ code: 'time-limit' }),
    )
    expect(() => authorizer.filter(new User(1), 'read', 'Note').definite()).toThrow(ArcturusError)
    expect(authorizer.can(new User(1), 'read', new Note(2))).toBe(true)
  })
})
