import { describe, expect, it } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly suspended: boolean,
    readonly isAdmin = false,
  ) {}
}
class Project {
  constructor(
    readonly id: number,
    readonly owner: User | null,
    readonly isPublic = false,
  ) {}
}

const owner = { one: User, nullable: false } as const

/** Returns the extent of reading projects, by a rule of these goals in each order. */
async function extents(goals: readonly string[], user: User, more = ''): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (const order of permutations(goals)) {
    const authorizer = new Authorizer({ log: () => {} })
      .registerClass(User, { key: 'id', fields: { id: 'integer', suspended: { type: 'boolean', nullable: false } } })
      .registerClass(Project, {
        key: 'id',
        fields: { id: 'integer', owner, isPublic: { type: 'boolean', nullable: false }, parent: { one: 'Project' } },
      })
    authorizer.loadSync(`
      allow(user: User, "read", project: Project) if ${order.join(' and ')};
      suspended(user: User) if user.suspended = true;
      related(user: User, project: Project) if project.owner = user;
      related(_: User, project: Project) if project.isPublic = true;
      above(user: User, project: Project) if project.owner = user or above(user, project.parent); ${more}`)
    found.add(await authorizer.extent(user, 'read', 'Project'))
  }
  return found
}

function permutations<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((one, at) => permutations(items.toSpliced(at, 1)).map((rest) => [one, ...rest]))
}

const [active, out] = [new User(1, false), new User(2, true)]

describe('the extent of a filter', () => {
  it.each([
    ['of a relation', ['project.owner = user', 'not suspended(user)']],
    ['of a rule', ['related(user, project)', 'not suspended(user)']],
    ['of negation', ['not project.owner = user', 'not suspended(user)']],
    ['of alternatives', ['(project.owner = user or project.isPublic)', 'not suspended(user)']],
    ['of three goals', ['related(user, project)', 'project.isPublic', 'not suspended(user)']],
    ['of double negation', ['related(user, project)', 'not (suspended(user) or suspended(user))']],
    ['of recursion', ['above(user, project)', 'not suspended(user)']],
    ['of a step that can be an error', ['project.parent.isPublic = true', 'not suspended(user)']],
  ])('is none in any order %s', async (_, goals) => {
    expect([...(await extents(goals, out))]).toEqual(['none'])
    expect([...(await extents(goals, active))]).toEqual(['condition'])
  })

  it.each([
    ['a relation', ['not project.owner = user', 'project.owner = user']],
    ['a relation that can be nil', ['not project.parent != nil', 'project.parent != nil', 'user.id = 1']],
  ])('is none in any order of a test and its negation: %s', async (_, goals) => {
    expect([...(await extents(goals, active))]).toEqual(['none'])
  })

  it('is all for alternatives of a test and its negation', async () => {
    expect([
      ...(await extents(['(project.isPublic = true or not project.isPublic = true)', 'user.id = 1'], active)),
    ]).toEqual(['all'])
    expect([
      ...(await extents(
        ['(project.parent.isPublic = true or not project.parent.isPublic = true)', 'user.id = 1'],
        active,
      )),
    ]).toEqual(['condition'])
  })

  it.each([
    ['of alternatives', ['(project.isPublic or not suspended(user))', 'user.id = 1']],
    ['of alternatives the other way round', ['(not suspended(user) or project.isPublic)', 'user.id = 1']],
    ['below not', ['not (project.isPublic and suspended(user))', 'user.id = 1']],
    ['below not the other way round', ['not (suspended(user) and project.isPublic)', 'user.id = 1']],
  ])('is all in any order %s', async (_, goals) => {
    expect([...(await extents(goals, active))]).toEqual(['all'])
  })

  it('is not all if a step before can be an error', async () => {
    expect([...(await extents(['(project.parent.isPublic = true or not suspended(user))'], active))]).toEqual([
      'condition',
    ])
  })

  it('is all beside a row of the actor, only if the row has its key', async () => {
    const goals = ['not (project.owner = user and suspended(user))']
    expect([...(await extents(goals, active))]).toEqual(['all'])
    expect([...(await extents(goals, new User(undefined as never, false)))]).toEqual(['condition'])
    expect([...(await extents(goals, new User('1' as never, false)))]).toEqual(['condition'])
  })

  it('is none for every rule, not for one of them', async () => {
    const goals = ['related(user, project)', 'not suspended(user)']
    const more = 'allow(user: User, "read", _: Project) if user.suspended = true and not user.suspended = true;'
    expect([...(await extents(goals, out, more))]).toEqual(['none'])
    const open = 'allow(_: User, "read", project: Project) if project.isPublic = true;'
    expect([...(await extents(goals, out, open))]).toEqual(['condition'])
  })
})
