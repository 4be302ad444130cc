import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'
import { planCheck } from '../../authorizer/plans/plans.js'
import type { Ref } from '../condition.js'
import { printCondition } from '../print.js'
import { conditionsIn } from '../visit.js'
import { forCheck, forDefinition } from './passes.js'

class User {
  constructor(readonly id: number) {}
}
class Folder {
  constructor(
    readonly parent: unknown,
    readonly viewers: readonly unknown[] = [],
    readonly editors: readonly unknown[] = [],
  ) {}
}
class Project {
  constructor(
    readonly members: readonly unknown[] = [],
    readonly within: unknown = null,
  ) {}
}
class Site {}

/** Neither class declares its fields: a parent can be a folder, a project, or anything else. */
const policy = `
  allow(user: User, "read", folder: Folder) if role(user, "viewer", folder);
  role(user: User, "viewer", folder: Folder) if user in folder.viewers;
  role(user: User, "editor", folder: Folder) if user in folder.editors;
  role(user: User, "viewer", project: Project) if user in project.members;
  role(user: User, "viewer", project: Project) if project.within != nil and role(user, "viewer", project.within);
  role(user: User, "viewer", folder: Folder) if role(user, "editor", folder);
  role(user: User, "viewer", folder: Folder) if folder.parent != nil and role(user, "viewer", folder.parent);
  role(user: User, "editor", folder: Folder) if folder.parent != nil and role(user, "editor", folder.parent);
`

function load(evaluator: 'source' | 'closures' | 'machine'): Authorizer {
  const authorizer = new Authorizer({ evaluator }).registerClass(User, { key: 'id' })
  for (const cls of [Folder, Project, Site]) authorizer.registerClass(cls)
  authorizer.loadSync(policy)
  return authorizer
}

const [ann, bob] = [new User(1), new User(2)]
const ends = [
  null,
  undefined,
  7,
  new Site(),
  new Project([ann]),
  new Project([bob]),
  new Project([], new Folder(null, [ann])),
  new Project([], 'here'),
  new Project(undefined, new Folder(null, [], [ann])),
  new Project([undefined]),
]
const lists = [[], [ann], [bob, undefined, ann], [undefined]]
const folders = ends.flatMap((end) =>
  lists.flatMap((one) =>
    lists.flatMap((other) => [
      new Folder(end, one, other),
      new Folder(new Folder(end, other), [], one),
      new Folder(new Folder(end, [], other), one),
      new Folder(new Project([], new Folder(end, one, other))),
    ]),
  ),
)
const circle = new Folder(null, [], [bob])
Object.assign(circle, { parent: new Folder(new Project([], circle)) })

function outcome(authorizer: Authorizer, folder: Folder): unknown {
  try {
    return authorizer.can(ann, 'read', folder)
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('a search through rows of unknown classes', () => {
  test.each(['source', 'closures'] as const)('finds the same as the machine: %s', (evaluator) => {
    const [machine, authorizer] = [load('machine'), load(evaluator)]
    const outcomes = new Set<unknown>()
    for (const folder of [...folders, circle]) {
      const expected = outcome(machine, folder)
      outcomes.add(expected)
      expect(outcome(authorizer, folder)).toBe(expected)
    }
    expect([true, false].every((one) => outcomes.has(one))).toBe(true)
    expect(outcomes.size).toBeGreaterThan(2)
  })

  test('ends with its own call, behind the test of the class', () => {
    const { policy, schema } = load('source')
    const condition = planCheck(policy!, schema, { model: 'User' }, { action: 'read' }, { model: 'Folder' })
    const calls = [...conditionsIn(forCheck(schema, condition))].filter((one): one is Ref => one.kind === 'ref')
    const body = forDefinition(schema, calls[0]!.definition)
    if (body.kind !== 'or') throw new Error(printCondition(body, schema))
    const goals = body.of.map((arm) => (arm.kind === 'and' ? arm.of : [arm]))
    expect(goals.at(-1)!.map(({ kind }) => kind)).toEqual(['compare', 'isa', 'ref'])
    // The search for editors is part of it.
    expect(printCondition(body, schema)).toContain('.editors')
  })
})
