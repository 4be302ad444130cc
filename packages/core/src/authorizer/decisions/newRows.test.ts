import { describe, expect, it } from 'vitest'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(
    readonly id: number,
    readonly isStaff: boolean,
  ) {}
}

const policy = `
  allow(_: User, "read", _: Task);
  allow_field(_: User, "create", _: Task, "title");
  allow_field(user: User, "create", _: Task, field) if field in ["state", "due"] and user.isStaff = true;
  allow_field(user: User, "create", task: Task, "project") if task.owner = user;
  allow_field(_: User, "create", task, "kind") if task = Task;
`

function authorizerOf(text: string = policy): Authorizer {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer', isStaff: { type: 'boolean', nullable: false } } })
    .registerModels([
      {
        name: 'Task',
        key: 'id',
        fields: { id: 'integer', title: 'string', owner: { one: User, from: 'ownerId' }, ownerId: 'integer' },
      },
    ])
  authorizer.loadSync(text)
  return authorizer
}

const [ada, eve] = [new User(1, true), new User(2, false)]

describe('assertWritable with the name of a model', () => {
  const authorizer = authorizerOf()

  it('accepts the fields that the actor may write to every row', async () => {
    await authorizer.assertWritable(ada, 'create', 'Task', { title: 'a', state: 'open', kind: 1 })
    await authorizer.assertWritable(eve, 'create', 'Task', { title: 'a' })
    await authorizer.assertWritable(eve, 'create', 'Task', {})
  })

  it('names the fields that the actor may not write', async () => {
    await expect(
      authorizer.assertWritable(eve, 'create', 'Task', { title: 1, state: 1, more: 1 }),
    ).rejects.toMatchObject({
      status: 403,
      fields: ['state', 'more'],
    })
    await expect(authorizer.assertWritable(null, 'create', 'Task', { title: 1 })).rejects.toMatchObject({ status: 401 })
  })

  it('says what to pass if a field depends on the row', async () => {
    await expect(authorizer.assertWritable(ada, 'create', 'Task', { title: 1, project: 1 })).rejects.toThrow(
      'The field "project" of a new Task depends on its row.\nhint: pass the row in place of the name',
    )
    const task = authorizer.as('Task', { id: 1, ownerId: 1 })
    await authorizer.assertWritable(ada, 'create', task, { title: 1, project: 1 })
  })

  it('rejects a name that is no model, and an unknown action', async () => {
    await expect(authorizer.assertWritable(ada, 'create', 'Taks', { title: 1 })).rejects.toMatchObject({
      code: 'unknown-model',
      hint: 'did you mean "Task"?',
    })
    await expect(authorizer.assertWritable(ada, 'craete', 'Task', {})).rejects.toMatchObject({ code: 'unknown-action' })
  })
})

describe('a row of a model without a class', () => {
  it('is made by `new` in the tests of a policy', () => {
    authorizerOf(`${policy}
      allow(user: User, "edit", task: Task) if task.owner = user;
      ?= ada = new User(1, true) and allow(ada, "edit", new Task({id: 1, owner: ada}))
         and allow(ada, "edit", new Task({id: 1, ownerId: 1}))
         and not allow(ada, "edit", new Task({id: 1, owner: new User(2, true)}));`)
  })

  it('needs one dictionary', () => {
    expect(() => authorizerOf(`${policy} ?= allow(new User(1, true), "read", new Task(1));`)).toThrow(
      'new Task needs one dictionary with the fields of the row.',
    )
  })

  it('names the column to select if it is missing', () => {
    const authorizer = authorizerOf('allow(_: User, "read", task: Task) if task.title = "a";')
    expect(() => authorizer.can(ada, 'read', authorizer.as('Task', { id: 1 }))).toThrow(
      'hint: load the column: add "title" to the `select` of the query',
    )
  })
})

describe('an actor that is a promise', () => {
  it.each(['can', 'filter', 'authorizedActions'] as const)('is an error that says to await it: %s', async (method) => {
    const authorizer = authorizerOf()
    const task = authorizer.as('Task', { id: 1, title: 'a' })
    const ask = async () => {
      const actor = Promise.resolve(ada)
      if (method === 'can') return authorizer.can(actor, 'read', task)
      return method === 'filter' ? authorizer.filter(actor, 'read', 'Task') : authorizer.authorizedActions(actor, task)
    }
    await expect(ask()).rejects.toThrow('The actor must not be a promise.')
  })
})
