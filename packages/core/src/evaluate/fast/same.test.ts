import { expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { QueryError } from '../../errors.js'

class User {
  constructor(readonly id: unknown) {}
}
class Team {
  constructor(readonly id: unknown) {}
}
class Doc {
  constructor(
    readonly owner: unknown,
    readonly shares: readonly unknown[],
    readonly parent: Doc | null = null,
  ) {}
}

const policy = `
  actor User {}
  resource Doc {
    roles = ["reader", "writer"]; permissions = ["read", "own", "inherit"];
    "read" if "reader"; "read" if "writer";
  }
  has_role(user: User, role: String, doc: Doc) if share in doc.shares and share.user = user and share.role = role;
  has_permission(user: User, "own", doc: Doc) if doc.owner = user;
  has_permission(user: User, "inherit", doc: Doc) if reaches(user, doc);
  reaches(user: User, doc: Doc) if share in doc.shares and share.user = user;
  reaches(user: User, doc: Doc) if not doc.parent = nil and reaches(user, doc.parent);
  allow(actor, action, resource) if has_permission(actor, action, resource);`

const options = { key: ['id'] }
const [machine, closures] = (['machine', 'closures'] as const).map((evaluator) => {
  const authorizer = new Authorizer({ evaluator, log: () => {} })
  authorizer.registerClass(User, options)
  authorizer.registerClass(Team, options)
  authorizer.registerClass(Doc)
  authorizer.loadSync(policy)
  return authorizer
}) as [Authorizer, Authorizer]

function outcome(authorizer: Authorizer, user: User, action: string, doc: Doc): unknown {
  try {
    return authorizer.can(user, action, doc)
  } catch (error) {
    return error instanceof QueryError ? error.code : error
  }
}

const user = new User(1)
const others: readonly (readonly [name: string, value: unknown])[] = [
  ['the same object', user],
  ['another object with the same key', new User(1)],
  ['another key', new User(2)],
  ['a key of another type', new User('1')],
  ['a missing key', new User(undefined)],
  ['a key that is nil', new User(null)],
  ['a key that is not a number', new User(Number.NaN)],
  ['a big key', new User(1n)],
  ['a row of another class', new Team(1)],
  ['a plain object', { id: 1 }],
  ['nil', null],
  ['a number', 1],
  ['a list', [user]],
  ['a missing value', undefined],
]

test.each(others)('a row is compared as by the machine with %s', (_, value) => {
  const docs = [
    new Doc(value, [{ user: value, role: 'writer' }]),
    new Doc(value, [
      { user: new User(3), role: 'reader' },
      { user: value, role: 'none' },
      { user, role: 'writer' },
    ]),
    new Doc(user, [], new Doc(value, [{ user: value, role: 'reader' }])),
  ]
  for (const actor of [user, new User(Number.NaN), new User('1')])
    for (const doc of docs)
      for (const action of ['read', 'own', 'inherit'])
        expect(outcome(closures, actor, action, doc)).toEqual(outcome(machine, actor, action, doc))
})
