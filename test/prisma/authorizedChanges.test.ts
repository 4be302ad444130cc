import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { addRows, clear, openWorkspace, policy, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_changes', prismaKinds)

type World = Awaited<ReturnType<typeof openWorkspace>>
type Write = (client: ReturnType<World['as']>) => PromiseLike<unknown>

const forbidden = { name: 'ForbiddenError', status: 403 }

/** Items stay on their board, and stay done; only admins of the new space move boards; roles do not change. */
const both = `
  allow(_: User, action, _) if action in ["read", "create", "update", "delete"];
  allow_update(_: User, before: Item, after: Item) if before.board = after.board and before.done = false;
  allow_update(user: User, before: Board, after: Board) if
    before.space = after.space or
    m in after.space.members and m.userId = user.id and m.role = "admin";
  allow_update(_: User, before: Member, after: Member) if before.role = after.role;
  allow_update(user: User, before: Tag, _: Tag) if i in before.items and i.assigneeId = user.id;
  allow_update(_: User, before: Space, after: Space) if before.id = after.id;
`

const kept: readonly (readonly [string, number, Write])[] = [
  ['an update that keeps the board', 2, (c) => c.item.update({ where: { id: 1 }, data: { text: 'x', done: true } })],
  ['a move to a space of the admin', 3, (c) => c.board.update({ where: { id: 1 }, data: { spaceId: 2 } })],
  ['an update of many', 2, (c) => c.item.updateMany({ where: { id: { in: [1, 2] } }, data: { text: 'x' } })],
  ['an upsert that updates', 2, (c) => c.item.upsert({ where: { id: 1 }, update: { text: 'x' }, create: {} as never })],
  [
    'a nested update',
    1,
    (c) => c.board.update({ where: { id: 1 }, data: { items: { update: { where: { id: 1 }, data: { text: 'x' } } } } }),
  ],
  ['a row that is found by what the update changes', 1, (c) => c.member.update({ where: { id: 1 }, data: { id: 50 } })],
  ['a tag of an item of theirs', 2, (c) => c.tag.update({ where: { id: 1 }, data: { name: 'blue' } })],
]

const refused: readonly (readonly [string, number, Write])[] = [
  ['an update that moves the item', 2, (c) => c.item.update({ where: { id: 1 }, data: { boardId: 2 } })],
  ['the same by connect', 2, (c) => c.item.update({ where: { id: 1 }, data: { board: { connect: { id: 2 } } } })],
  ['the same from the board', 2, (c) => c.board.update({ where: { id: 2 }, data: { items: { connect: { id: 1 } } } })],
  ['an update of a done item', 2, (c) => c.item.update({ where: { id: 3 }, data: { text: 'x' } })],
  ['an update of many, of which one moves', 2, (c) => c.item.updateMany({ data: { boardId: 1 } })],
  ['a move to a space of somebody else', 2, (c) => c.board.update({ where: { id: 1 }, data: { spaceId: 2 } })],
  [
    'a move to a space by a membership of the same write',
    2,
    (c) =>
      c.space.update({
        where: { id: 2 },
        data: { members: { create: { userId: 2, role: 'admin' } }, boards: { connect: { id: 1 } } },
      }),
  ],
  ['a new role', 1, (c) => c.member.update({ where: { id: 1 }, data: { role: 'member' } })],
  ['a new role with a new key', 1, (c) => c.member.update({ where: { id: 1 }, data: { id: 50, role: 'member' } })],
  ['a tag of no item of theirs', 2, (c) => c.tag.update({ where: { id: 2 }, data: { name: 'blue' } })],
  [
    'a tag that the same write links to an item of theirs',
    2,
    (c) => c.tag.update({ where: { id: 2 }, data: { name: 'blue', items: { connect: { id: 1 } } } }),
  ],
  ['a part that is detached with its deleted parent, and is done', 2, (c) => c.item.delete({ where: { id: 2 } })],
]

describe.each(databases)('Updates by an authorized client on $name', (database) => {
  let world: World
  beforeAll(async () => {
    world = await openWorkspace(database, both)
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  beforeEach(async () => {
    world.authorizer.loadSync(both)
    await clear(world.bare)
    await addRows(world.bare)
    await world.bare.item.update({ where: { id: 1 }, data: { tags: { connect: { id: 1 } } } })
    await world.bare.item.update({ where: { id: 3 }, data: { done: true, parentId: 2 } })
  })

  it.each(kept)('are allowed by `allow_update`: %s', async (_, id, run) => {
    const before = await tablesOf(world.bare)
    await run(world.as(id))
    expect(await tablesOf(world.bare)).not.toEqual(before)
  })

  it('are refused by `allow_update`, and change nothing', async () => {
    const before = await tablesOf(world.bare)
    for (const [what, id, run] of refused) {
      await expect(run(world.as(id)), what).rejects.toMatchObject(forbidden)
      expect(await tablesOf(world.bare), what).toEqual(before)
    }
  })

  it('of more rows than one query compares are judged row by row', async () => {
    const data = Array.from({ length: 250 }, (_, at) => ({ id: 1_000 + at, text: 'x', boardId: 1, done: at === 249 }))
    await world.bare.item.createMany({ data })
    const rename = (most: number) =>
      world.as(2).item.updateMany({ where: { id: { gte: 1_000, lt: most } }, data: { text: 'y' } })
    await expect(rename(1_250)).rejects.toMatchObject(forbidden)
    expect(await world.bare.item.count({ where: { text: 'y' } })).toBe(0)
    expect(await rename(1_249)).toEqual({ count: 249 })
  })

  it('with a `limit` change that many permitted rows, and are judged by them alone', async () => {
    world.authorizer.loadSync(policy)
    await world.bare.item.createMany({ data: [50, 51, 52].map((id) => ({ id, text: 'n', boardId: 1 })) })
    const client = world.as(2)
    const where = { id: { gte: 50 } }
    expect(await client.item.updateMany({ where, data: { text: 'changed' }, limit: 2 })).toEqual({ count: 2 })
    expect(await world.bare.item.count({ where: { text: 'changed' } })).toBe(2)
    expect(await client.item.updateMany({ where, data: { text: 'none' }, limit: 0 })).toEqual({ count: 0 })
    // The hidden item 2 and the locked item 3 are not among them.
    expect(await client.item.updateMany({ data: { text: 'all' }, limit: 99 })).toEqual({ count: 4 })
    expect(await client.item.deleteMany({ where, limit: 1 })).toEqual({ count: 1 })
    await expect(client.item.updateMany({ where, data: { boardId: 2 }, limit: 1 })).rejects.toMatchObject({
      status: 403,
    })
    for (const limit of [-1, 0.5, '1' as never])
      await expect(client.item.deleteMany({ where, limit })).rejects.toMatchObject({
        name: 'UnsupportedOperationError',
      })
    expect(await world.bare.item.count({ where })).toBe(2)
  })

  it('`skipDuplicates` skips readable rows, and tells nothing about hidden ones', async () => {
    world.authorizer.loadSync(policy)
    const client = world.as(2)
    const create = (data: { id?: number; text: string; boardId: number }[]) =>
      client.item.createMany({ data, skipDuplicates: true } as { data: typeof data })
    const row = (id: number, boardId = 1) => ({ id, text: 'n', boardId })
    expect(await create([row(1), row(60), row(60), { text: 'free', boardId: 1 }])).toEqual({ count: 2 })
    expect(await world.bare.item.findUnique({ where: { id: 1 } })).toMatchObject({ text: 'a' })
    expect(await create([row(1)])).toEqual({ count: 0 })
    const before = await tablesOf(world.bare)
    const errorOf = (run: PromiseLike<unknown>) =>
      Promise.resolve(run).catch(({ name, message }: Error) => ({ name, message }))
    // Item 2 is hidden, and board 3 is locked.
    const answers = [
      await errorOf(create([row(61), row(2)])),
      await errorOf(create([row(61), row(62, 3)])),
      await errorOf(client.item.create({ data: row(2) })),
    ]
    expect(new Set(answers.map((one) => JSON.stringify(one)))).toHaveLength(1)
    expect(answers[0]).toMatchObject({ name: 'ForbiddenError' })
    expect(await tablesOf(world.bare)).toEqual(before)
    expect(
      await world.as(1).member.createMany({
        data: [
          { userId: 2, spaceId: 1 },
          { userId: 3, spaceId: 1 },
        ],
        skipDuplicates: true,
      } as never),
    ).toEqual({ count: 1 })
  })
})
