import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  readonly id = 1
}
class Project {
  readonly ownerId = 1
}
class Task {
  readonly project = new Project()
}
class Chore extends Task {}
class Tag {}

const blocks = `
  actor User {}
  resource Project { permissions = ["read", "archive"]; roles = ["owner"]; "read" if "owner"; "archive" if "owner"; }
  resource Task { permissions = ["read", "close"]; roles = ["owner"]; "read" if "owner"; "close" if "owner"; }
  has_role(user: User, "owner", project: Project) if project.ownerId = user.id;
  has_role(user: User, "owner", task: Task) if task.project.ownerId = user.id;
  allow(actor, action, resource) if has_permission(actor, action, resource);
`

function open(policy: string, options: ConstructorParameters<typeof Authorizer>[0] = {}) {
  const warnings: string[] = []
  const authorizer = new Authorizer({ ...options, log: ({ message }) => void warnings.push(message) })
  for (const cls of [User, Project, Task, Chore, Tag]) authorizer.registerClass(cls)
  authorizer.loadSync(policy)
  warnings.length = 0
  return { authorizer, warnings }
}

const unknown = expect.objectContaining({ code: 'unknown-action' })

describe('an action that only rules of other models name', () => {
  it('is an error for a declared route, and for a load that takes it away', () => {
    const { authorizer } = open(blocks)
    expect(() => authorizer.needAction('archive', 'Task')).toThrow(unknown)
    authorizer.needAction('close', 'Task')
    authorizer.needAction('archive', 'Project')
    const moved = blocks.replace('"read", "archive"', '"read", "archive", "close"').replace('"read", "close"', '"read"')
    expect(() => authorizer.loadSync(moved.replace('"close" if "owner"; }', '}'))).toThrow(
      'Unknown action "close" for Task',
    )
    expect(authorizer.can(new User(), 'close', new Task())).toBe(true)
  })

  it.each([
    ['a block', blocks, 'archive', 'Task'],
    ['a block of a superclass', blocks, 'archive', 'Chore'],
    ['no rules of the model', blocks, 'close', 'Tag'],
    [
      'an exception',
      blocks.replace(
        'has_permission(actor, action, resource);',
        'has_permission(actor, action, resource) and not is_blocked(action, resource); is_blocked("archive", _: Project);',
      ),
      'archive',
      'Task',
    ],
    ['a head of allow', 'allow(_: User, "move", _: Project); allow(_: User, "read", _: Task);', 'move', 'Task'],
    [
      'a body',
      'allow(_: User, action, _: Project) if action in ["move"]; allow(_: User, "a", _: Task);',
      'move',
      'Task',
    ],
  ])('is an error in lists: %s', async (_, policy, action, model) => {
    const { authorizer, warnings } = open(policy)
    const row = { Task: new Task(), Chore: new Chore(), Tag: new Tag() }[model]
    expect(() => authorizer.filter(new User(), action, model)).toThrow(unknown)
    expect(() => authorizer.filter(new User(), action, model)).toThrow(
      `Unknown action "${action}" for ${model}: only rules and blocks of other models name it.`,
    )
    await expect(authorizer.extent(new User(), action, model)).rejects.toThrow(unknown)
    expect(() => authorizer.actorFilter(action, row, 'User')).toThrow(unknown)
    expect(warnings).toEqual([])
    for (let i = 0; i < 5; i++) expect(authorizer.can(new User(), action, row)).toBe(false)
    expect(warnings).toEqual([expect.stringContaining(`Unknown action "${action}" for ${model}`)])
    const strict = open(policy, { strict: true }).authorizer
    for (let check = 1; check <= 5; check++) expect(() => strict.can(new User(), action, row)).toThrow(unknown)
  })

  it.each([
    ['the read action', blocks, 'read', 'Tag', {}],
    ['an action of a superclass', blocks, 'close', 'Chore', {}],
    ['an action of a subclass', 'allow(_: User, "sweep", _: Chore);', 'sweep', 'Task', {}],
    ['a declared action', blocks, 'archive', 'Task', { actions: ['archive'] }],
    ['a rule for any resource', `${blocks} allow(_: User, "share", _);`, 'share', 'Task', {}],
    ['a rule for all resources of blocks', `${blocks} allow(_: User, "share", _: Resource);`, 'share', 'Task', {}],
    ['a rule for any action', `${blocks} allow(user: User, _, _) if user.id = 0;`, 'archive', 'Task', {}],
    ['a pattern of fields', 'allow(_: User, "a", _: {kind: 1}); allow(_: User, "b", _: Task);', 'a', 'Task', {}],
    [
      'an action that is passed on for another resource',
      `${blocks} has_permission(user: User, action: String, task: Task) if has_permission(user, action, task.project);`,
      'archive',
      'Task',
      {},
    ],
    [
      'an action that another rule passes on',
      `${blocks} allow(user, action, task: Task) if of_project(user, action, task.project);
       of_project(user, action, project: Project) if has_permission(user, action, project);`,
      'archive',
      'Task',
      {},
    ],
    ['a comparison with data', 'allow(user: User, action, _: Task) if action in user.actions;', 'archive', 'Task', {}],
  ] as const)('is none: %s', (_, policy, action, model, options) => {
    const { authorizer, warnings } = open(policy, options)
    expect(() => authorizer.assertAction(action, model)).not.toThrow()
    const row = { Task: new Task(), Chore: new Chore(), Tag: new Tag() }[model]
    try {
      authorizer.can(new User(), action, row)
    } catch (error) {
      expect(error).not.toEqual(unknown)
    }
    expect(warnings).toEqual([])
  })
})
