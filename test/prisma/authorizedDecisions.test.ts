import type { DecisionJSON } from '@arcturus/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, openWorkspace } from './workspace.js'

const policy = `
  allow(_: User, "read", board: Board) if board.id != 2;
  allow(user: User, action, board: Board) if
    action in ["create", "update", "delete"] and board.spaceId = 1 and board.locked = false and user.id = 1;
  allow(user: User, "create", board: Board) if member in board.space.members and member.user = user and member.role = "owner";
  allow(_: User, "read", space: Space) if space.id = 1;
  allow(_: User, action, item: Item) if action in ["create", "read", "delete"] and item.text != "no";
  allow(_: User, "delete", _: Note);
  allow_field(_: User, "update", _: Board, field) if field in ["title", "locked", "items"];`

const operations = process.env['ARCTURUS_TESTS'] === 'all' ? 999 : 150

describe.each(await openDatabases('decided', prismaKinds))('Writes of a client on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let client: Client
  let [all, denied]: [DecisionJSON[], DecisionJSON[]] = [[], []]
  beforeAll(async () => {
    world = await openWorkspace(database, policy)
    await addRows(world.bare)
    world.authorizer.onDecision((one) => all.push(one.toJSON()))
    world.authorizer.onDecision((one) => denied.push(one.toJSON()), { allowed: 'none' })
    client = world.as(1) as unknown as Client
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  const decided = async (run: (client: Client) => Promise<unknown>, of = client) => {
    ;[all, denied] = [[], []]
    const result = await run(of).catch((error: Error) => error.name)
    return { result, all, denied }
  }
  const board = (id: number) => ({ model: 'Board', key: id })

  it.each<[string, (client: Client) => Promise<unknown>, object]>([
    [
      'an update',
      (c) => c.board.update({ where: { id: 1 }, data: { title: 'x' } }),
      { action: 'update', resource: board(1), fields: ['title'] },
    ],
    [
      'an update of several rows',
      (c) => c.board.updateMany({ data: { title: 'x' } }),
      { action: 'update', resource: board(1), count: 1 },
    ],
    [
      'an update of no row',
      (c) => c.board.updateMany({ where: { id: 77 }, data: { title: 'x' } }),
      { action: 'update', resource: { model: 'Board' }, count: 0, keys: [] },
    ],
    [
      'a create',
      (c) => c.board.create({ data: { id: 20, title: 'x', spaceId: 1 } }),
      { action: 'create', resource: board(20) },
    ],
    [
      'a create of several rows',
      (c) => c.item.createMany({ data: [30, 31].map((id) => ({ id, text: 'x', boardId: 1 })) }),
      { action: 'create', resource: { model: 'Item' }, keys: [30, 31], count: 2 },
    ],
    [
      'an upsert',
      (c) => c.board.upsert({ where: { id: 20 }, create: { title: 'y', spaceId: 1 }, update: { title: 'y' } }),
      { action: 'update', resource: board(20) },
    ],
    ['a delete', (c) => c.board.delete({ where: { id: 20 } }), { action: 'delete', resource: board(20) }],
  ])('are one decision if they are allowed: %s', async (_, run, expected) => {
    const { all, denied } = await decided(run)
    expect(all).toMatchObject([{ entry: 'change', outcome: 'allowed', actor: { model: 'User', key: 1 }, ...expected }])
    expect(denied).toEqual([])
  })

  const own = { title: 'x' }
  it.each<[string, (client: Client) => Promise<unknown>, object]>([
    [
      'an update of a row that may be read',
      (c) => c.board.update({ where: { id: 3 }, data: own }),
      { action: 'update', resource: board(3), reason: 'forbidden', fields: ['title'] },
    ],
    [
      'an update of a hidden row',
      (c) => c.board.update({ where: { id: 2 }, data: own }),
      { action: 'update', resource: { model: 'Board' }, reason: 'hidden', keys: [] },
    ],
    [
      'an update to a forbidden state',
      (c) => c.board.update({ where: { id: 1 }, data: { locked: true } }),
      { action: 'update', resource: board(1), reason: 'forbidden' },
    ],
    [
      'a create',
      (c) => c.board.create({ data: { title: 'x', spaceId: 2 } }),
      { action: 'create', resource: { model: 'Board' }, reason: 'forbidden', fields: ['title', 'spaceId'] },
    ],
    [
      'a delete',
      (c) => c.board.delete({ where: { id: 3 } }),
      { action: 'delete', resource: board(3), reason: 'forbidden' },
    ],
  ])('are one decision if they are refused: %s', async (_, run, expected) => {
    const { all, denied } = await decided(run)
    expect(all).toMatchObject([{ entry: 'change', outcome: 'denied', ...expected }])
    expect(denied).toMatchObject([{ outcome: 'denied', ...expected }])
  })

  it('are a decision for each model and action', async () => {
    const { all } = await decided((c) =>
      c.board.update({ where: { id: 1 }, data: { title: 'x', items: { create: { text: 'y' } } } }),
    )
    expect(all.map(({ action, resource }) => [action, resource?.model])).toEqual([
      ['update', 'Board'],
      ['create', 'Item'],
    ])
  })

  it('tell of no error that a look-ahead met', async () => {
    const { all } = await decided((c) => c.board.create({ data: { title: 'x', spaceId: 1 } }))
    expect(all).toMatchObject([{ outcome: 'allowed' }])
    expect(all[0]).not.toHaveProperty('errors')
    expect(world.warnings).toEqual([])
  })

  it(`are ${operations} decisions for ${operations} operations`, async () => {
    const { all } = await decided(async (c) => {
      for (let at = 0; at < operations; at++)
        await c.board.update({ where: { id: [1, 3, 2][at % 3]! }, data: own, select: { id: true } }).catch(() => {})
    })
    const counted = new Map<string, number>()
    for (const { outcome, reason, resource } of all) {
      const text = JSON.stringify([outcome, reason, resource?.key])
      counted.set(text, (counted.get(text) ?? 0) + 1)
    }
    expect([...counted]).toEqual([
      ['["allowed",null,1]', operations / 3],
      ['["denied","forbidden",3]', operations / 3],
      ['["denied","hidden",null]', operations / 3],
    ])
  })
})
