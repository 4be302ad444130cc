import type { DecisionJSON } from '@arcturus/core'
import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, openWorkspace } from './workspace.js'

const policy = `
  allow(_: User, "read", board: Board) if board.id != 2;
  allow(user: User, action, board: Board) if
    action in ["create", "update", "delete"] and board.spaceId = 1 and board.locked = false and user.id = 1;
  allow(_: User, "read", space: Space) if space.id = 1;
  allow(_: User, "delete", _: Item);
  allow(_: User, "delete", _: Note);
  allow_field(_: User, "update", _: Board, field) if field in ["title", "locked"];`

describe.each(await openDatabases('decided', typeOrmKinds, ownVersion))('Writes of a manager on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let all: DecisionJSON[] = []
  beforeAll(async () => {
    world = await openWorkspace(database, policy)
    await addRows(world.source)
    world.authorizer.onDecision((one) => all.push(one.toJSON()))
  }, 60_000)
  afterAll(() => database.close(), 60_000)
  const decided = async (run: (manager: EntityManager) => Promise<unknown>) => {
    all = []
    await run(world.as(1) as unknown as EntityManager).catch((error: Error) => error.name)
    return all
  }
  const board = (id: number) => ({ model: 'Board', key: id })

  it.each<[string, (manager: EntityManager) => Promise<unknown>, object]>([
    [
      'an update',
      (m) => m.update('Board', 1, { title: 'x' }),
      { action: 'update', outcome: 'allowed', resource: board(1), fields: ['title'] },
    ],
    [
      'an insert',
      (m) => m.insert('Board', { title: 'x', spaceId: 1 }),
      { action: 'create', outcome: 'allowed', count: 1 },
    ],
    [
      'a save of a row',
      (m) => m.save('Board', { id: 1, title: 'y' }),
      { action: 'update', outcome: 'allowed', resource: board(1) },
    ],
    [
      'a save of a missing row',
      (m) => m.save('Board', { id: 77, title: 'y' }),
      { action: 'update', outcome: 'denied', reason: 'hidden', keys: [] },
    ],
    [
      'an update that is forbidden',
      (m) => m.update('Board', 3, { title: 'x' }),
      { action: 'update', outcome: 'denied', reason: 'forbidden', resource: board(3) },
    ],
    [
      'an update of a hidden row',
      (m) => m.update('Board', 2, { title: 'x' }),
      { action: 'update', outcome: 'denied', reason: 'hidden', resource: { model: 'Board' }, keys: [] },
    ],
    [
      'an update to a forbidden state',
      (m) => m.save('Board', { id: 1, locked: true }),
      { action: 'update', outcome: 'denied', reason: 'forbidden', resource: board(1) },
    ],
    [
      'an insert that is forbidden',
      (m) => m.insert('Board', { title: 'x', spaceId: 2 }),
      { action: 'create', outcome: 'denied', reason: 'forbidden', resource: { model: 'Board' }, keys: [] },
    ],
    [
      'a delete that is forbidden',
      (m) => m.delete('Board', 3),
      { action: 'delete', outcome: 'denied', reason: 'forbidden', resource: board(3) },
    ],
    ['a delete', (m) => m.delete('Board', { title: 'x' }), { action: 'delete', outcome: 'allowed' }],
  ])('are one decision each: %s', async (_, run, expected) => {
    expect(await decided(run)).toMatchObject([{ entry: 'change', ...expected }])
  })
})
