import { expect, it } from 'vitest'
import { Authorizer } from '../authorizer/authorizer.js'
import type { EvaluatorName } from '../authorizer/plans/evaluator.js'
import { QueryError } from '../errors.js'

class User {}
class Doc {
  constructor(readonly shares: readonly Share[]) {}
}
interface Share {
  readonly user: unknown
  readonly role: unknown
  readonly until: unknown
}

const policy = `
  actor User {}
  resource Doc {
    roles = ["reader", "writer", "owner"]; permissions = ["read"];
    "read" if "owner"; "read" if "writer"; "read" if "reader";
  }
  has_role(user: User, role: String, doc: Doc) if
    share in doc.shares and share.user = user and share.role = role and (share.until = nil or share.until > 3);
  allow(actor, action, resource) if has_permission(actor, action, resource);`

const evaluators: readonly EvaluatorName[] = ['machine', 'source', 'closures']
const authorizers = evaluators.map((evaluator) => {
  const authorizer = new Authorizer({ evaluator, log: () => {} }).registerClass(User).registerClass(Doc)
  authorizer.loadSync(policy)
  return authorizer
})

const [user, other] = [new User(), new User()]
const roles = ['reader', 'writer', 'owner', 'guest', 5, null, undefined]
const times = [null, 2, 4, 'late', undefined]

it('a loop over roles, any of which can be an error, has the outcome of the machine', () => {
  const shares = [user, other].flatMap((whose) =>
    roles.flatMap((role) => times.map((until): Share => ({ user: whose, role, until }))),
  )
  const lists = shares.flatMap((first) => shares.map((second) => [first, second]))
  let [granted, failed] = [0, 0]
  for (const list of lists) {
    const [expected, ...answers] = authorizers.map((authorizer) => {
      try {
        return authorizer.can(user, 'read', new Doc(list))
      } catch (error) {
        if (!(error instanceof QueryError)) throw error
        return error.code
      }
    })
    expect(answers, JSON.stringify(list)).toEqual([expected, expected])
    if (expected === true) granted++
    else if (expected !== false) failed++
  }
  expect(granted).toBeGreaterThan(100)
  expect(failed).toBeGreaterThan(100)
})
