import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabases } from './databases.js'
import { addRows, type Client, openWorkspace } from './workspace.js'

const policies = {
  'the rule of their row': `allow(user, "read", b)`,
  'the condition of their row': 'b.locked = false',
  'one of several rules': 'is_open(user, b)',
}
const policyOf = (shown: string) => `
  allow(_: User, "read", b: Board) if b.locked = false;
  allow(_: User, action, b: Board) if action in ["update", "delete"] and b.spaceId = 1;
  allow_field(user: User, "read", b: Board, field) if field in ["id", "title"] and user.id > 0 and ${shown};
  allow_field(_: User, "read", b: Board, "spaceId") if b.spaceId = 1;
  allow_field(_: User, "update", _: Board, "title");
  is_open(_: User, b: Board) if b.locked = false;
  is_open(user: User, b: Board) if b.id = user.id;`

describe.each(Object.entries(policies))('Fields that every readable row shows by %s', (_, shown) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let client: Client
  let database: Database | undefined
  beforeAll(async () => {
    ;[database] = await openDatabases('shown', ['sqlite'])
    world = await openWorkspace(database!, policyOf(shown))
    await addRows(world.bare)
    client = world.as(1) as unknown as Client
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database?.close()
  })

  it.each<[string, () => Promise<unknown>, unknown]>([
    ['a key', () => client.board.findUnique({ where: { id: 1 } }), { id: 1, title: 'one' }],
    [
      'an order',
      () => client.board.findMany({ orderBy: { id: 'desc' } }),
      [
        { id: 2, title: 'two' },
        { id: 1, title: 'one', spaceId: 1 },
      ],
    ],
    ['a condition', () => client.board.count({ where: { title: { contains: 'o' } } }), 2],
    [
      'a key of an update',
      () => client.board.update({ where: { id: 1 }, data: { title: 'one' } }),
      { id: 1, title: 'one' },
    ],
  ])('decide %s', async (_, run, expected) => {
    expect(await run()).toMatchObject(expected as object)
  })

  it('are those of no other row: it does not match', async () => {
    const title = { title: { startsWith: 'l' } }
    expect(await client.board.updateMany({ where: title, data: { title: 'x' } })).toEqual({ count: 0 })
    expect(await client.board.deleteMany({ where: title })).toEqual({ count: 0 })
    await expect(client.board.update({ where: { id: 3 }, data: { title: 'x' } })).rejects.toMatchObject({ status: 404 })
    expect(await world.bare.board.findUnique({ where: { id: 3 } })).toMatchObject({ title: 'locked' })
  })

  it('are refused if a readable row hides them', async () => {
    await expect(client.board.findMany({ where: { spaceId: 1 } })).rejects.toMatchObject({ status: 403 })
    await expect(client.board.findMany({ orderBy: { spaceId: 'asc' } })).rejects.toMatchObject({ status: 403 })
  })
})
