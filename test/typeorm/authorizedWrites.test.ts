import type { AuthorizedManager } from '@arcturus/typeorm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_writes', typeOrmKinds, ownVersion)

type Run = (manager: AuthorizedManager) => Promise<unknown>
type Case = readonly [title: string, user: number, run: Run]

const item = (m: AuthorizedManager) => m.createQueryBuilder().relation('Item', 'tags')

/** Writes that the policy allows. */
const allowed: readonly Case[] = [
  ['insert', 2, (m) => m.insert('Item', { text: 'new', boardId: 1 })],
  [
    'insert of several rows',
    2,
    (m) =>
      m.insert(
        'Item',
        [1, 2, 3].map((one) => ({ text: `n${one}`, boardId: 1 })),
      ),
  ],
  ['save of a new row', 2, (m) => m.save('Item', { text: 'new', board: { id: 1 } })],
  ['save of a change', 2, (m) => m.save('Item', { id: 1, text: 'changed' })],
  ['save of a loaded row', 2, async (m) => m.save('Item', { ...(await m.findOneBy('Item', { id: 1 })), text: 'x' })],
  [
    'save of a new space with its first member and board',
    1,
    (m) =>
      m.save('Space', {
        name: 'new',
        members: [{ role: 'admin', userId: 1 }],
        boards: [{ title: 'b', items: [{ text: 'i' }] }],
      }),
  ],
  ['save with links', 2, (m) => m.save('Item', { id: 1, tags: [{ id: 1 }] })],
  [
    'save that removes links',
    2,
    async (m) => {
      await m.save('Item', { id: 1, tags: [{ id: 1 }] })
      await m.save('Item', { id: 1, tags: [] })
    },
  ],
  ['save through a nested relation', 2, (m) => m.save('Item', { id: 1, note: { id: 1, body: 'changed' } })],
  ['update by key', 2, (m) => m.update('Item', 1, { text: 'changed' })],
  ['update by a condition', 2, (m) => m.update('Item', { done: false }, { text: 'changed' })],
  [
    'update of a builder',
    2,
    (m) => m.createQueryBuilder().update('Item').set({ text: 'c' }).where('text = :t', { t: 'a' }).execute(),
  ],
  ['increment', 1, (m) => m.increment('Board', { id: 1 }, 'position', 2)],
  [
    'upsert that inserts',
    1,
    (m) => m.upsert('Member', { userId: 3, spaceId: 1, role: 'member' }, ['userId', 'spaceId']),
  ],
  ['upsert that inserts by a generated key', 2, (m) => m.upsert('Item', { id: 77, text: 'n', boardId: 1 }, ['id'])],
  ['upsert that updates', 1, (m) => m.upsert('Space', { slug: 'slug 1', name: 'n' }, ['slug'])],
  ['delete by key', 2, (m) => m.delete('Item', 1)],
  ['delete of a builder', 2, (m) => m.createQueryBuilder().delete().from('Note').where('itemId = 1').execute()],
  ['remove', 2, async (m) => m.remove('Item', (await m.findOneBy('Item', { id: 1 }))!)],
  ['add of the relation builder', 2, (m) => item(m).of(1).add(1)],
  ['set of the relation builder', 2, (m) => m.createQueryBuilder().relation('Item', 'assignee').of(1).set(1)],
  [
    'transaction',
    2,
    (m) =>
      m.transaction(async (own) => {
        await own.update('Item', 1, { text: 'x' })
        await own.insert('Item', { text: 'y', boardId: 1 })
      }),
  ],
]

/** Writes that the policy forbids, with the name of the error, and of the relation whose row may not be read. */
const refused: readonly (readonly [title: string, user: number, error: string, run: Run])[] = [
  [
    'insert into a board of another space',
    2,
    'ForbiddenError of board',
    (m) => m.insert('Item', { text: 'x', boardId: 2 }),
  ],
  ['insert into a locked board', 2, 'ForbiddenError', (m) => m.insert('Item', { text: 'x', boardId: 3 })],
  [
    'insert of several rows, one of them forbidden',
    2,
    'ForbiddenError of board',
    (m) =>
      m.insert('Item', [
        { text: 'x', boardId: 1 },
        { text: 'x', boardId: 2 },
      ]),
  ],
  [
    'insert of the membership that would allow it',
    2,
    'ForbiddenError of space',
    (m) => m.insert('Member', { userId: 2, spaceId: 2, role: 'admin' }),
  ],
  [
    'save of the membership that would allow it',
    3,
    'ForbiddenError of space',
    (m) => m.save('Member', { userId: 3, spaceId: 1, role: 'admin' }),
  ],
  ['save with the key of a hidden row', 2, 'NotFoundError', (m) => m.save('Item', { id: 2, text: 'mine' })],
  ['save with the key of no row', 2, 'NotFoundError', (m) => m.save('Item', { id: 77, text: 'mine', boardId: 1 })],
  ['save of a row that may not be changed', 2, 'ForbiddenError', (m) => m.save('Item', { id: 3, text: 'mine' })],
  ['save that moves a row out of reach', 2, 'ForbiddenError of board', (m) => m.save('Item', { id: 1, boardId: 2 })],
  ['save that moves a row by its relation', 2, 'NotFoundError', (m) => m.save('Item', { id: 1, board: { id: 2 } })],
  [
    'save that changes a related row by a cascade',
    2,
    'ForbiddenError',
    (m) => m.save('Item', { id: 1, board: { id: 1, title: 'mine' } }),
  ],
  [
    'save that takes a row of a locked board',
    1,
    'ForbiddenError',
    (m) => m.save('Board', { id: 1, items: [{ id: 1 }, { id: 3 }] }),
  ],
  ['save with a link to a hidden row', 2, 'ForbiddenError of parent', (m) => m.save('Item', { id: 1, parentId: 2 })],
  [
    'save with a link to a row that may not be updated',
    2,
    'ForbiddenError',
    (m) => m.save('Item', { id: 1, tags: [{ id: 2 }] }),
  ],
  ['update by the key of a hidden row', 2, 'NotFoundError', (m) => m.update('Item', 2, { text: 'x' })],
  ['update by the key of no row', 2, 'NotFoundError', (m) => m.update('Item', 77, { text: 'x' })],
  ['update by a key that may not be updated', 2, 'ForbiddenError', (m) => m.update('Item', { id: 3 }, { text: 'x' })],
  [
    'update that moves rows out of reach',
    2,
    'ForbiddenError of board',
    (m) => m.update('Item', { text: 'a' }, { boardId: 2 }),
  ],
  [
    'update of a builder that moves rows',
    2,
    'ForbiddenError',
    (m) =>
      m
        .createQueryBuilder()
        .update('Item')
        .set({ boardId: () => '2' })
        .execute(),
  ],
  ['update that moves the own membership', 1, 'ForbiddenError of space', (m) => m.update('Member', 1, { spaceId: 2 })],
  [
    'upsert over a hidden row',
    3,
    'ForbiddenError',
    (m) => m.upsert('Space', { slug: 'slug 1', name: 'mine' }, ['slug']),
  ],
  [
    'upsert by the generated key of a hidden row',
    2,
    'ForbiddenError',
    (m) => m.upsert('Item', { id: 2, text: 'mine', boardId: 1 }, ['id']),
  ],
  ['insert over a hidden unique value', 1, 'ForbiddenError', (m) => m.insert('Space', { slug: 'slug 2', name: 'x' })],
  ['delete by the key of a hidden row', 2, 'NotFoundError', (m) => m.delete('Item', 2)],
  ['delete by the key of no row', 2, 'NotFoundError', (m) => m.delete('Item', 77)],
  ['delete by a key that may not be deleted', 2, 'ForbiddenError', (m) => m.delete('Item', 3)],
  ['delete of a space whose item may not be deleted', 1, 'ForbiddenError', (m) => m.delete('Space', 1)],
  ['remove of a row with a forged key', 2, 'NotFoundError', (m) => m.remove('Item', { id: 2 })],
  ['add of a hidden row', 2, 'NotFoundError', (m) => m.createQueryBuilder().relation('Board', 'items').of(1).add(2)],
  [
    'add of a row that may not be updated',
    2,
    'ForbiddenError',
    (m) => m.createQueryBuilder().relation('Board', 'items').of(1).add(3),
  ],
  ['add of an official tag', 2, 'ForbiddenError', (m) => item(m).of(1).add(2)],
  ['remove of a link of a locked item', 2, 'ForbiddenError', (m) => item(m).of(3).remove(1)],
  ['set of a hidden row', 2, 'NotFoundError', (m) => m.createQueryBuilder().relation('Item', 'board').of(1).set(2)],
  [
    'refusal in the third statement of a transaction',
    2,
    'ForbiddenError of board',
    (m) =>
      m.transaction(async (own) => {
        await own.update('Item', 1, { text: 'x' })
        await own.insert('Item', { text: 'y', boardId: 1 })
        await own.insert('Item', { text: 'z', boardId: 2 })
      }),
  ],
  [
    'insert or ignore',
    2,
    'UnsupportedOperationError',
    async (m) => m.createQueryBuilder().insert().into('Tag').values({ id: 1, name: 'x' }).orIgnore().execute(),
  ],
  ['clear', 1, 'UnsupportedOperationError', async (m) => m.clear('Item')],
  ['raw SQL', 1, 'UnsupportedOperationError', async (m) => m.query('DELETE FROM item')],
  [
    'a subquery in a set',
    2,
    'UnsupportedOperationError',
    async (m) => m.update('Item', 1, { text: () => '(SELECT slug FROM space)' }),
  ],
]

describe.each(databases)('Writes of an authorized manager on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    world = await openWorkspace(database)
  }, 60_000)
  /** Whether the last test has left the rows as it found them. */
  let isFresh = false
  beforeEach(async () => {
    if (!isFresh) {
      await clear(world.source)
      await addRows(world.source)
    }
    isFresh = false
  })
  afterAll(() => database.close())

  it.each(allowed)('are allowed: %s', async (_, user, run) => {
    const before = await tablesOf(world.source)
    await run(world.as(user))
    expect(
      _ === 'save that removes links' || JSON.stringify(await tablesOf(world.source)) !== JSON.stringify(before),
    ).toBe(true)
  })

  it.each(refused)('are refused as a whole: %s', async (_, user, error, run) => {
    const before = await tablesOf(world.source)
    const [settled] = await Promise.allSettled([(async () => run(world.as(user)))()])
    const denial =
      settled?.status === 'rejected' ? (settled.reason as Error & { data?: { relation?: string } }) : undefined
    expect([denial?.name, ...[denial?.data?.relation ?? []].flat()].join(' of ')).toBe(error)
    expect(await tablesOf(world.source)).toEqual(before)
    isFresh = true
  })

  it('touch only permitted rows by a condition', async () => {
    const before = await tablesOf(world.source)
    expect((await world.as(2).update('Item', { done: false }, { text: 'changed' })).affected).toBe(1)
    expect((await world.as(2).createQueryBuilder().delete().from('Item').where('1 = 1').execute()).affected).toBe(1)
    const after = await tablesOf(world.source)
    expect(after['Item']).toEqual(before['Item']!.filter(({ id }) => id !== 1))
  })
})
