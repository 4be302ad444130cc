import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import { QueryError } from '../errors.js'

class Org {
  constructor(readonly id: unknown) {}
}
class User {
  constructor(
    readonly id: unknown,
    readonly org: unknown = null,
  ) {}
}
class Share {
  constructor(
    readonly user: unknown,
    readonly role: unknown,
    readonly until: unknown = null,
  ) {}
}
class Doc {
  constructor(
    readonly owner: unknown,
    readonly org: unknown,
    readonly shares: unknown,
  ) {}
}

const policy = `
  allow(user: User, "read", doc: Doc) if share in doc.shares and share.user.org = doc.org and share.user.id = user.id;
  allow(user: User, "mirror", doc: Doc) if share in doc.shares and user = share.user;
  allow(user: User, "differ", doc: Doc) if share in doc.shares and not share.user.org = user.org;
  allow(_: User, "meet", doc: Doc) if share in doc.shares and other in doc.shares and
    share.role = "a" and other.role = "b" and share.user.org = other.user.org;
  allow(user: User, "swap", doc: Doc) if are_same(user, doc.owner) and not are_apart(doc, user);
  allow(_: User, "keep", doc: Doc) if share in doc.shares and (share.until = nil or share.until.getTime() > 5);
  are_same(one: User, other: User) if one.org = other.org;
  are_apart(one: Doc, other: User) if not one.org = other.org;
`

const evaluators = ['machine', 'closures'] as const
type Evaluator = (typeof evaluators)[number]

function load(evaluator: Evaluator, text: string, key: readonly string[]): Authorizer {
  const authorizer = new Authorizer({ evaluator, log: () => {} })
  authorizer.registerClass(Org, { key: [...key] }).registerClass(User, { key: [...key] })
  authorizer.registerClass(Share).registerClass(Doc)
  authorizer.loadSync(text)
  return authorizer
}

function outcome(authorizer: Authorizer, actor: unknown, action: string, resource: unknown): unknown {
  try {
    return authorizer.can(actor, action, resource)
  } catch (error) {
    return error instanceof QueryError ? error.code : error
  }
}

const [red, blue] = [new Org(1), new Org(2)]
const [ann, bob, cid] = [new User(1, red), new User(2, blue), new User(3, new Org(1))]
const users: readonly unknown[] = [ann, bob, cid, new User(1, blue), new User(1), new User(undefined, red), null]
const lists: readonly unknown[] = [
  [],
  ...users.flatMap((one) => users.map((other) => [new Share(one, 'a'), new Share(other, 'b', new Date(9))])),
  [new Share(bob, 'b', new Date(3)), new Share(bob, 'a', 7), new Share(ann, 'a')],
  [new Share(ann, undefined), new Share(ann, 'b')],
  [new Share(Promise.resolve(ann), 'a')],
  null,
]
const docs = lists.flatMap((shares) => [red, blue, null].map((org) => new Doc(ann, org, shares)))

describe.each([[['id']], [[]]])('with the key %j, closures decide as the machine does', (key) => {
  const [machine, closures] = evaluators.map((evaluator) => load(evaluator, policy, key)) as [Authorizer, Authorizer]
  test.each(['read', 'mirror', 'differ', 'meet', 'swap', 'keep'])('%s', (action) => {
    const answers = new Set<unknown>()
    for (const user of [ann, bob, cid]) {
      for (const [at, doc] of docs.entries()) {
        const expected = outcome(machine, user, action, doc)
        answers.add(expected)
        expect(outcome(closures, user, action, doc), `user ${user.id}, document ${at}`).toBe(expected)
      }
    }
    expect(answers).toContain(true)
    expect(answers).toContain(false)
    expect(closures.statistics.predicate).toBeGreaterThan(closures.statistics.bailOuts)
  })
})

test('a policy can read more attributes than there are places for', () => {
  const names = Array.from({ length: 100 }, (_, at) => `field${at}`)
  const text = names.map((name) => `allow(_: User, "${name}", doc: Doc) if doc.${name} = "yes";`).join('\n')
  const closures = load('closures', text, [])
  for (const name of names) {
    const allowed = names.filter((other) => {
      const doc = Object.assign(new Doc(ann, red, []), Object.fromEntries(names.map((one) => [one, 'no'])))
      return closures.can(ann, name, Object.assign(doc, { [other]: 'yes' }))
    })
    expect(allowed).toEqual([name])
  }
  expect(closures.statistics).toMatchObject({ machine: 0, bailOuts: 0 })
})

test('an equality of the application is given the operands in their order', () => {
  const asked: unknown[][] = []
  const equality = (left: unknown, right: unknown): boolean => {
    asked.push([left, right])
    return false
  }
  const answers = evaluators.map((evaluator) => {
    const authorizer = new Authorizer({ evaluator, equality, log: () => {} })
    for (const cls of [Org, User, Share, Doc]) authorizer.registerClass(cls)
    authorizer.loadSync(policy)
    asked.length = 0
    authorizer.can(ann, 'mirror', new Doc(ann, red, [new Share(bob, 'a')]))
    return [...asked]
  })
  expect(answers[1]).toEqual(answers[0])
  expect(answers[1]).toEqual([[ann, bob]])
})
