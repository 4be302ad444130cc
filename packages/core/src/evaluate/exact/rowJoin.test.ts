import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  constructor(readonly roles: readonly Role[]) {}
}
class Role {
  constructor(
    readonly name: string,
    readonly repo: unknown,
  ) {}
}
class Repo {
  constructor(readonly id: number | undefined) {}
}
const repos = [new Repo(1), new Repo(2)] as const

/** The repos in the filter; none where there is no filter, since it is an error. */
function listed(authorizer: Authorizer, user: User): readonly boolean[] {
  try {
    const filter = authorizer.filter(user, 'read', 'Repo')
    return repos.map((repo) => filter.matches(repo))
  } catch {
    return repos.map(() => false)
  }
}

function allowed(authorizer: Authorizer, user: User): readonly boolean[] {
  return repos.map((repo) => {
    try {
      return authorizer.can(user, 'read', repo)
    } catch {
      return false
    }
  })
}

describe('a comparison of a row of the actor, before or after its test', () => {
  const either = 'has(u: User, name, r) if x in u.roles and x.name = name and x.repo = r;'
  const policies = [
    'allow(u: User, "read", r: Repo) if x in u.roles and x.repo = r and x.name = "admin";',
    'allow(u: User, "read", r: Repo) if not (x in u.roles and x.repo = r and x.name = "admin");',
    `allow(u: User, "read", r: Repo) if has(u, "guest", r) or has(u, "admin", r); ${either}`,
    `allow(u: User, "read", r: Repo) if not (has(u, "admin", r) or has(u, "guest", r)); ${either}`,
    `allow(u: User, "read", r: Repo) if not (has(u, "guest", r) or has(u, "admin", r) or has(u, "guest", r)); ${either}`,
  ]
  const roles = [
    ['is undefined', new Role('guest', undefined)],
    ['is a promise', new Role('guest', Promise.resolve(repos[0]))],
    ['is a row without its key', new Role('guest', new Repo(undefined))],
    ['is nil', new Role('guest', null)],
    ['is no row', new Role('guest', 1)],
    ['is another row', new Role('guest', repos[0])],
  ] as const
  test.each(policies.flatMap((policy) => roles.map(([what, role]) => [what, policy, role] as const)))(
    'is an error in the filter as in the check if it %s: %s',
    (_, policy, role) => {
      const authorizer = new Authorizer()
        .registerClass(User)
        .registerClass(Role)
        .registerClass(Repo, { key: ['id'] })
      authorizer.loadSync(policy)
      const admin = new Role('admin', repos[1])
      for (const all of [[role, admin], [role]]) {
        const user = new User(all)
        expect(listed(authorizer, user)).toEqual(allowed(authorizer, user))
      }
    },
  )

  test('is left out of the filter for rows that do not pass, if their keys are known', () => {
    const authorizer = new Authorizer()
      .registerClass(User)
      .registerClass(Role, { fields: { repo: { one: 'Repo', from: 'repoId' } } })
      .registerClass(Repo, { key: ['id'] })
    authorizer.loadSync(policies[1]!)
    const role = (repoId: number): Role => Object.assign(new Role('guest', undefined), { repoId })
    const user = new User([role(1), role(2), new Role('guest', authorizer.as('Repo', { id: 3 }))])
    expect(authorizer.filter(user, 'read', 'Repo').kind).toBe('all')
  })
})
