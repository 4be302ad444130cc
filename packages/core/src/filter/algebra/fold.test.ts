import { describe, expect, it } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly suspended: boolean,
    readonly boss: User | null = null,
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
      .registerClass(User, {
        key: 'id',
        fields: { id: 'integer', suspended: { type: 'boolean', nullable: false }, boss: { one: 'User' } },
      })
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

  it.each([
    ['of alternatives', ['(project.isPublic or not suspended(user))', 'user.id = 1']],
    ['of alternatives the other way round', ['(not suspended(user) or project.isPublic)', 'user.id = 1']],
    ['of alternatives that can be an error', ['(project.parent.isPublic or not suspended(user))', 'user.id = 1']],
    ['of an error of the actor', ['(user.boss.id = project.id or not suspended(user))', 'user.id = 1']],
  ])('is all in any order %s', async (_, goals) => {
    expect([...(await extents(goals, active))]).toEqual(['all'])
  })

  it.each([
    ['alone', ['user.boss.id = project.id']],
    ['below not', ['not user.boss.id = project.id']],
    [
      'beside an alternative that no row fulfils',
      ['(user.boss.id = 1 or (project.isPublic = true and suspended(user)))'],
    ],
  ])('is the error of the actor that each row is %s', async (_, goals) => {
    await expect(extents(goals, active)).rejects.toMatchObject({ code: 'missing-attribute' })
  })

  it.each([
    ['beside an alternative', '(user.boss.id = 1 or project.isPublic = true)', 'condition'],
    ['below not, beside an alternative', 'not (user.boss.id = 1 or project.isPublic = true)', 'none'],
    ['behind a goal', 'project.isPublic = true and user.boss.id = 1', 'none'],
    ['behind a goal below not', 'not (project.isPublic = true and user.boss.id = 1)', 'condition'],
  ])('excludes the rows that are an error of the actor %s', async (_, goal, extent) => {
    expect([...(await extents([goal], active))]).toEqual([extent])
  })

  it('is none for every rule, not for one of them', async () => {
    const goals = ['related(user, project)', 'not suspended(user)']
    const more = 'allow(user: User, "read", _: Project) if user.suspended = true and not user.suspended = true;'
    expect([...(await extents(goals, out, more))]).toEqual(['none'])
    const open = 'allow(_: User, "read", project: Project) if project.isPublic = true;'
    expect([...(await extents(goals, out, open))]).toEqual(['condition'])
  })
})
