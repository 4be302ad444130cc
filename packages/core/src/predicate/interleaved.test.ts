import { describe, expect, test } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'

class User {
  constructor(readonly memberships: readonly Entry[]) {}
}
class Entry {
  constructor(
    readonly role: unknown,
    readonly of?: unknown,
  ) {}
}
class Org {
  constructor(
    readonly shares: unknown,
    readonly isOpen: unknown,
  ) {}
}

const policy = `
  allow(user: User, "read", org: Org) if has(user, "reader", org);
  allow(user: User, "hide", org: Org) if not has(user, "reader", org);
  has(user: User, role, org: Org) if entry in user.memberships and entry.role = role and entry.of = org;
  has(_: User, role, org: Org) if share in org.shares and share.role = role;
  has(user: User, "reader", org: Org) if has(user, "editor", org);
  has(_: User, "reader", org: Org) if org.isOpen = true;
  has(user: User, "editor", org: Org) if has(user, "owner", org);
`

function load(evaluator: 'source' | 'closures' | 'machine'): Authorizer {
  const authorizer = new Authorizer({ evaluator })
  for (const cls of [User, Entry, Org]) authorizer.registerClass(cls)
  authorizer.loadSync(policy)
  return authorizer
}

function outcome(authorizer: Authorizer, action: string, user: User, org: Org): unknown {
  try {
    return authorizer.can(user, action, org)
  } catch (error) {
    return (error as { code: string }).code
  }
}

const machine = load('machine')
const authorizers = [load('source'), load('closures')]
const lists: readonly (readonly unknown[])[] = [
  [],
  ['reader'],
  ['editor'],
  ['owner'],
  [undefined],
  ['guest', 'owner'],
  ['owner', undefined],
  [undefined, 'reader'],
  ['guest', undefined, 'editor'],
]

describe('roles that two collections give', () => {
  test.each(lists)('%s in the first collection: the outcome is that of the machine, errors included', (...roles) => {
    for (const others of [...lists, undefined])
      for (const isOpen of [true, false, undefined]) {
        const org = new Org(
          others?.map((role) => new Entry(role)),
          isOpen,
        )
        for (const missing of [org, undefined]) {
          const entries = roles.map((role, at) => new Entry(role, at === 0 ? missing : org))
          const user = new User(entries)
          for (const action of ['read', 'hide'])
            for (const authorizer of authorizers)
              expect(outcome(authorizer, action, user, org)).toBe(outcome(machine, action, user, org))
        }
      }
  })

  test('predicates decide where no attribute is missing', () => {
    const authorizer = load('source')
    for (const roles of lists)
      for (const others of lists) {
        const org = new Org(
          others.map((role) => new Entry(role ?? 'none')),
          false,
        )
        authorizer.can(new User(roles.map((role) => new Entry(role ?? 'none', org))), 'read', org)
      }
    expect(authorizer.statistics.bailOuts).toBe(0)
  })
})
