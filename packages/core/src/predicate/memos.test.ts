import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { AuthorizerOptions } from '../authorizer/options.js'

class User {}
class Folder {}
class Album extends Folder {}
class Team {}
class Doc {
  constructor(
    readonly place: unknown,
    readonly until: unknown = null,
  ) {}
}

const policy = `
  allow(_: User, "file", doc: Doc) if doc.place matches Folder;
  allow(_: User, "keep", doc: Doc) if doc.until = nil;
  allow(_: User, "open", doc: Doc) if doc.until > clock.now();
  allow(_: User, "watch", doc: Doc) if doc.place in doc.until;
  allow(_: User, "same", doc: Doc) if doc.until = doc.until;
`
const noon = new Date('2020-06-01T12:00:00Z')
const [earlier, later] = [new Date(noon.getTime() - 1), new Date(noon.getTime() + 1)]

function load(evaluator: NonNullable<AuthorizerOptions['evaluator']>): Authorizer {
  const authorizer = new Authorizer({ evaluator, log: () => {} })
  for (const cls of [User, Folder, Album, Team, Doc, Date]) authorizer.registerClass(cls)
  authorizer.registerConstant({ now: () => noon }, 'clock')
  authorizer.loadSync(policy)
  return authorizer
}

const outcome = (ask: () => boolean): boolean | 'error' => {
  try {
    return ask()
  } catch {
    return 'error'
  }
}

describe('a predicate remembers the last class without mixing values up', () => {
  const [folder, team] = [new Folder(), new Team()]
  const values = [folder, new Album(), team, null, 'text', 3, [], noon, new Map(), undefined]
  const dates = [earlier, noon, later, new Date(Number.NaN), null, 5, 'text', folder, [folder], [], undefined]
  const docs = values.flatMap((place) => dates.map((until) => new Doc(place, until)))
  const [source, machine] = [load('source'), load('machine')]
  test.each(['file', 'keep', 'open', 'watch', 'same'])('%s', (action) => {
    const user = new User()
    // Twice and in both orders, so that each class follows each other one.
    for (const doc of [...docs, ...docs.toReversed()]) {
      const expected = outcome(() => machine.can(user, action, doc))
      expect(
        outcome(() => source.can(user, action, doc)),
        `${String(doc.place)} ${String(doc.until)}`,
      ).toBe(expected)
    }
    expect(source.statistics.predicate).toBeGreaterThan(0)
  })

  test('an order of dates is decided by the predicate', () => {
    const authorizer = load('source')
    expect(
      [earlier, noon, later, null].map((until) => authorizer.can(new User(), 'open', new Doc(null, until))),
    ).toEqual([false, false, true, false])
    expect(authorizer.statistics).toMatchObject({ machine: 0, bailOuts: 0 })
  })
})
