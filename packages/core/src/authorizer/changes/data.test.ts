import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { InvalidBodyError } from '../../errors.js'
import { Authorizer } from '../authorizer.js'

class User {
  constructor(readonly id: number) {}
}
class Task {
  title = 'a'
  done = false
  level: number | null = 1
  size = 1n
  due = new Date(0)
  state = 'open'
  tags: readonly string[] = []
  meta: unknown = {}
  bytes = new Uint8Array()
  uid = 'a1b2c3d4-e5f6-4789-8abc-def012345678'
  ownerId: number | null = 1
  owner?: User | null

  constructor(readonly id = 1) {}

  get isOpen(): boolean {
    return this.state === 'open'
  }

  close(): void {
    this.state = 'closed'
  }
}

function authorizerOf(policy: string): Authorizer {
  const authorizer = new Authorizer({ log: () => {} })
    .registerClass(User, { key: 'id', fields: { id: 'integer' } })
    .registerClass(Task, {
      key: 'id',
      closed: true,
      fields: {
        id: { type: 'integer', nullable: false, generated: true },
        title: { type: 'string', nullable: false },
        done: { type: 'boolean', nullable: false, default: false },
        level: 'integer',
        size: 'bigint',
        due: 'date',
        state: { type: 'enum', values: ['open', 'closed'], nullable: false, default: 'open' },
        tags: { type: 'string', list: true },
        meta: 'json',
        bytes: 'bytes',
        uid: 'uuid',
        isOpen: 'boolean',
        ownerId: 'integer',
        owner: { one: User, from: 'ownerId' },
        parts: { many: 'Task', from: 'id', to: 'partOf' },
        partOf: 'integer',
      },
    })
  authorizer.loadSync(policy)
  return authorizer
}

const ada = new User(1)
const open = authorizerOf('allow(_: User, _, _: Task);')
const change = (patch: unknown, authorizer = open): Promise<unknown> =>
  authorizer.authorizeChange(ada, 'update', new Task(), patch as object)

describe('the data of a change', () => {
  it.each([
    ['an unknown column', { tilte: 'b' }, 'unknown-column'],
    ['__proto__', JSON.parse('{"__proto__": {"title": "b"}}'), 'unknown-column'],
    ['constructor', { constructor: User }, 'unknown-column'],
    ['a method of the class', { close: null }, 'unknown-column'],
    ['a column that the class computes', { isOpen: true }, 'unknown-column'],
    ['undefined', { title: undefined }, 'invalid-value'],
    ['nil in a column that can not be nil', { title: null }, 'invalid-value'],
    ['a number as a text', { title: 1 }, 'invalid-value'],
    ['a text as a boolean', { done: 'true' }, 'invalid-value'],
    ['a fraction as an integer', { level: 0.5 }, 'invalid-value'],
    ['NaN', { level: Number.NaN }, 'invalid-value'],
    ['a text as a bigint', { size: '1' }, 'invalid-value'],
    ['a text as a date', { due: '2024-01-01' }, 'invalid-value'],
    ['an invalid date', { due: new Date(Number.NaN) }, 'invalid-value'],
    ['an unknown value of an enum', { state: 'lost' }, 'invalid-value'],
    ['a value in place of a list', { tags: 'a' }, 'invalid-value'],
    ['nil in a list', { tags: ['a', null] }, 'invalid-value'],
    ['a hole in a list', { tags: new Array(1) }, 'invalid-value'],
    ['a function in JSON', { meta: { toJSON: () => 'b' } }, 'invalid-value'],
    ['a text as bytes', { bytes: 'a' }, 'invalid-value'],
    ['a UUID in capitals', { uid: 'A1B2C3D4-E5F6-4789-8ABC-DEF012345678' }, 'invalid-value'],
    ['a promise', { title: Promise.resolve('b') }, 'invalid-value'],
    ['an operation of an ORM', { level: { increment: 1 } }, 'invalid-value'],
    ['a text as a row', { owner: 'ada' }, 'invalid-value'],
    ['a row of another model', { owner: new Task(2) }, 'invalid-value'],
    ['a row without a key', { owner: Object.assign(new User(1), { id: undefined }) }, 'invalid-value'],
    ['a row and another key', { owner: ada, ownerId: 2 }, 'invalid-value'],
    ['a row with more than its key', { owner: { id: 1, admin: true } }, 'unsupported-write'],
    ['a row by another column', { owner: { connect: { name: 'ada' } } }, 'unsupported-write'],
    ['an upsert', { owner: { upsert: {} } }, 'unsupported-write'],
    ['a new related row', { owner: { create: { id: 9 } } }, 'unsupported-write'],
    ['a list of rows', { parts: [] }, 'unsupported-write'],
    ['nil', null, 'invalid-argument'],
    ['a list', [{ title: 'b' }], 'invalid-argument'],
    ['a form', new Map([['title', 'b']]), 'invalid-argument'],
    ['a text', 'title', 'invalid-argument'],
  ])('is an error if it contains %s', async (_, patch, code) => {
    await expect(change(patch)).rejects.toThrow(InvalidBodyError)
    await expect(change(patch)).rejects.toMatchObject({ code })
  })

  it('has the dates of other realms as its own', async () => {
    const { due } = (await change({ due: runInNewContext('new Date(5)') })) as Task
    expect(due).toBeInstanceOf(Date)
    expect(due).toEqual(new Date(5))
  })

  it('is a copy of what was judged, even if the original changes meanwhile', async () => {
    const [due, tags, meta] = [new Date(1), ['a'], { deep: { list: [1] } }]
    const patch = { title: 'b', due, tags, meta }
    const changed = open.authorizeChange(ada, 'update', new Task(), patch)
    due.setTime(9)
    tags.push('x')
    meta.deep.list.push(2)
    patch.title = 'x'
    expect(await changed).toEqual({ title: 'b', due: new Date(1), tags: ['a'], meta: { deep: { list: [1] } } })
  })

  it('is read once, so that a getter can not answer twice', async () => {
    let reads = 0
    const patch = {
      get ownerId(): number {
        return ++reads
      },
    }
    const own = authorizerOf('allow(user: User, "update", task: Task) if task.ownerId = user.id;')
    expect(await change(patch, own)).toEqual({ ownerId: 1 })
    expect(reads).toBe(1)
  })

  it('has the types of the row', async () => {
    const task = new Task()
    // @ts-expect-error: a title is a text
    await expect(open.authorizeChange(ada, 'update', task, { title: 1 })).rejects.toThrow(InvalidBodyError)
    const data = await open.authorizeChange(ada, 'update', task, { title: 'b', owner: { id: 1 } })
    const title: string = data.title
    expect([title, data.owner]).toEqual(['b', { id: 1 }])
  })

  it('does not change the row', async () => {
    const task = new Task()
    await open.authorizeChange(ada, 'update', task, { title: 'b', owner: null })
    expect(task).toMatchObject({ title: 'a', ownerId: 1 })
    expect('owner' in task).toBe(false)
  })

  it('may be a function, which is called once the row itself is allowed', async () => {
    const own = authorizerOf('allow(user: User, "update", task: Task) if task.ownerId = user.id;')
    let calls = 0
    const source = () => {
      calls++
      return { title: 'b' }
    }
    expect(await own.authorizeChange(ada, 'update', new Task(), source)).toEqual({ title: 'b' })
    await expect(own.authorizeChange(new User(2), 'update', new Task(), source)).rejects.toMatchObject({ status: 404 })
    expect(calls).toBe(1)
  })
})

describe('the fields of a change', () => {
  const restricted = authorizerOf(`
    allow(_: User, _, _: Task);
    allow_field(_: User, "update", _: Task, field) if field in ["title", "owner"];
    allow_field(_: User, "create", task: Task, field) if field in ["title", "id"] or task.state = "open" and field = "state";
  `)

  it.each([
    [{ title: 'b' }, []],
    [{ title: 'b', level: 1 }, ['level']],
    // The present value: a difference would tell it.
    [{ done: false }, ['done']],
    [{ owner: ada }, ['ownerId']],
    [{ ownerId: 1 }, ['ownerId']],
    [{ tilte: 'b', level: 'x' }, ['tilte', 'level']],
  ])('in %j that are denied are %j', async (patch, fields) => {
    const changed = change(patch, restricted)
    if (fields.length === 0) expect(await changed).toEqual(patch)
    else await expect(changed).rejects.toMatchObject({ status: 403, fields })
  })

  it('of a new row are judged on that row', async () => {
    const create = (data: object) => restricted.authorizeCreate(ada, 'create', 'Task', data)
    expect(await create({ title: 'b', state: 'open' })).toEqual({ title: 'b', state: 'open' })
    await expect(create({ title: 'b', state: 'closed' })).rejects.toMatchObject({ status: 403, fields: ['state'] })
    await expect(create({ title: 'b', level: 1 })).rejects.toMatchObject({ status: 403, fields: ['level'] })
  })

  it('are free if no rule decides the action for the model', async () => {
    const reading = authorizerOf('allow(_: User, _, _: Task); allow_field(_: User, "read", _: Task, "title");')
    expect(await change({ level: 2 }, reading)).toEqual({ level: 2 })
  })
})

describe('a new row', () => {
  it('has its defaults, nil where there is none, and no generated value', async () => {
    const create = (condition: string) =>
      authorizerOf(`allow(_: User, "create", task: Task) if ${condition};`).authorizeCreate(ada, 'create', 'Task', {
        title: 'b',
      })
    await create(
      'task.state = "open" and task.done = false and task.level = nil and task.owner = nil and task.isOpen = true',
    )
    await expect(create('task.state = "closed"')).rejects.toMatchObject({ status: 403 })
    await expect(create('task.id = 1')).rejects.toMatchObject({ code: 'missing-attribute' })
    await expect(create('not (task.id = 1)')).rejects.toMatchObject({ code: 'missing-attribute' })
  })

  it('equals no other row while it has no key', async () => {
    const authorizer = authorizerOf('allow(_: User, "create", _: Task);')
    authorizer.registerConstant(new Task(), 'first')
    authorizer.loadSync('allow(_: User, "create", task: Task) if task != first and task = task;')
    expect(await authorizer.authorizeCreate(ada, 'create', 'Task', { title: 'b' })).toEqual({ title: 'b' })
  })

  it.each([
    ['an anonymous actor', null, 401],
    ['an actor whom no rule allows', new User(2), 403],
  ])('is denied to %s', async (_, actor, status) => {
    const own = authorizerOf('allow(user: User, "create", task: Task) if task.ownerId = user.id;')
    await expect(own.authorizeCreate(actor, 'create', 'Task', { title: 'b', ownerId: 1 })).rejects.toMatchObject({
      status,
    })
    expect(await own.authorizeCreate(ada, 'create', 'Task', { title: 'b', owner: ada })).toEqual({
      title: 'b',
      owner: ada,
    })
  })

  it('of an unknown model, or for an unknown action, is an error', async () => {
    await expect(open.authorizeCreate(ada, 'create', 'Tsak' as 'Task', {})).rejects.toMatchObject({
      code: 'unknown-model',
    })
    const named = authorizerOf('allow(_: User, "create", _: Task);')
    await expect(named.authorizeCreate(ada, 'craete', 'Task', {})).rejects.toMatchObject({
      code: 'unknown-action',
    })
  })
})

describe('rows that are created together', () => {
  const models = new Authorizer({ log: () => {} }).registerClass(User, { key: 'id', fields: { id: 'integer' } })
  const id = { type: 'integer', nullable: false, generated: true } as const
  models.registerModels([
    {
      name: 'Space',
      key: 'id',
      closed: true,
      fields: { id, name: 'string', members: { many: 'Member', from: 'id', to: 'spaceId' }, tags: { many: 'Tag' } },
    },
    {
      name: 'Member',
      key: 'id',
      closed: true,
      fields: {
        id,
        role: { type: 'string', default: 'guest' },
        spaceId: { type: 'integer', nullable: false },
        space: { one: 'Space', from: 'spaceId', nullable: false },
        userId: 'integer',
        user: { one: User, from: 'userId' },
      },
    },
    { name: 'Tag', key: 'id', fields: { id, name: 'string' } },
  ])
  models.loadSync(`
    allow(user: User, "create", space: Space) if is_admin(user, space);
    allow(user: User, "create", member: Member) if is_admin(user, member.space);
    is_admin(user: User, space: Space) if m in space.members and m.user = user and m.role = "admin";
    allow_field(_: User, "create", _: Member, field) if field in ["role", "user", "userId", "space", "spaceId"];
  `)
  const create = (name: 'Space' | 'Member', data: object) => models.authorizeCreate(ada, 'create', name, data)
  const [admin, guest] = [{ role: 'admin', userId: 1 }, { userId: 2 }]

  it.each([
    ['a list', { members: { create: [admin, guest] } }],
    ['one row', { members: { create: admin } }],
    ['many rows', { members: { createMany: { data: [guest, admin] } } }],
  ])('count in the collections of the new row: %s', async (_, data) => {
    expect(await create('Space', { name: 'a', ...data })).toEqual({ name: 'a', ...data })
  })

  it('are denied if one of them is', async () => {
    await expect(create('Space', { members: { create: [guest] } })).rejects.toMatchObject({ status: 403 })
    await expect(create('Space', { members: { create: [{ ...admin, id: 9 }] } })).rejects.toMatchObject({
      status: 403,
      fields: ['id'],
    })
  })

  it('can contain the row that a reference leads to', async () => {
    const data = { ...admin, space: { create: { name: 'a' } } }
    // The new space is created with its first member, who refers to it.
    expect(await create('Member', data)).toEqual(data)
    await expect(create('Member', { ...guest, space: { create: { name: 'a' } } })).rejects.toMatchObject({
      status: 403,
    })
  })

  it.each([
    ['its own key of the row around it', { members: { create: [{ ...admin, spaceId: 1 }] } }, 'invalid-value'],
    ['other operations', { members: { create: [admin], connect: [{ id: 1 }] } }, 'unsupported-write'],
    ['rows that exist', { members: { connect: [{ id: 1 }] } }, 'unsupported-write'],
    [
      'options of createMany',
      { members: { createMany: { data: [admin], skipDuplicates: true } } },
      'unsupported-write',
    ],
    ['rows of a join table', { tags: { create: [{ name: 'a' }] } }, 'unsupported-write'],
    ['an unknown column', { members: { create: [{ ...admin, rank: 1 }] } }, 'unknown-column'],
  ])('are an error with %s', async (_, data, code) => {
    await expect(create('Space', data)).rejects.toMatchObject({ code })
  })
})
