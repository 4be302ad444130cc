import type { EntityManager, EntitySubscriberInterface } from 'typeorm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { typeOrmKinds } from '../databases.js'
import { type Turn, tagPolicy, takeTurns } from '../orm/turns.js'
import { policy } from '../orm/workspace.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_turns', typeOrmKinds, ownVersion)

describe.each(databases)('Operations of authorized managers at the same time on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  beforeAll(async () => {
    world = await openWorkspace(database, policy + tagPolicy)
  }, 60_000)
  beforeEach(async () => {
    world.source.subscribers.length = 0
    await clear(world.source)
    await addRows(world.source)
  })
  afterAll(() => database.close())

  const turn = (manager: EntityManager): Turn => ({
    refusedMember: () => manager.insert('Member', { userId: 2, spaceId: 2, role: 'admin' }),
    refusedTag: () => manager.insert('Tag', { id: 1, name: 'red' }),
    refusedMove: () => manager.save('Item', { id: 1, boardId: 2 }),
    tag: (id) => manager.insert('Tag', { id, name: `tag ${id}` }),
    rename: (text) => manager.update('Item', 1, { text }),
    items: async () => (await manager.find<{ id: number }>('Item', { order: { id: 'ASC' } })).map(({ id }) => id),
  })
  const tags = async (): Promise<readonly unknown[]> =>
    (await tablesOf(world.source))['Tag']!.map(({ id }) => id).filter((id) => (id as number) >= 100)

  it('take turns in one transaction', async () => {
    for (let seed = 0; seed < 19; seed += 3) {
      const made = await world.as(2).transaction((manager) => takeTurns(seed, [turn(manager)]))
      expect(await tags()).toEqual(made)
      for (const id of made) await world.source.manager.delete('Tag', id)
    }
  })

  it('take turns in one of the application, whichever manager they use', async () => {
    for (let seed = 19; seed < 38; seed += 3) {
      const made = await world.source.transaction((manager) => {
        const own = () => turn(world.authorizedManager(world.user(2), { manager }))
        return takeTurns(seed, [own(), own()])
      })
      expect(await tags()).toEqual(made)
      for (const id of made) await world.source.manager.delete('Tag', id)
    }
  })

  it.runIf(database.kind === 'sqlite')('take turns on one connection', async () => {
    for (let seed = 38; seed < 57; seed += 3) {
      const made = await takeTurns(seed, [turn(world.as(2)), turn(world.as(2))])
      expect(await tags()).toEqual(made)
      for (const id of made) await world.source.manager.delete('Tag', id)
    }
  })

  it('are part of the write in whose listeners they run', async () => {
    const found: unknown[] = []
    await world.as(2).transaction(async (outer) => {
      class Listening implements EntitySubscriberInterface<object> {
        listenTo = () => 'Tag'
        async beforeInsert({ manager }: { manager: EntityManager }): Promise<void> {
          await outer.update('Item', 1, { text: 'outer' })
          const read = () =>
            [outer, manager].map((one) => one.findOneBy<{ id: number; text: string }>('Item', { id: 1 }))
          found.push(...(await Promise.all(read())).map((row) => row?.text))
          await Promise.all([manager.update('Item', 1, { text: 'inner' }), ...read()])
        }
      }
      world.source.subscribers.push(new Listening())
      const both = [outer.insert('Tag', { id: 100, name: 'new' }), outer.findOneBy('Item', { id: 1 })]
      expect((await Promise.all(both))[1]).toMatchObject({ text: 'inner' })
    })
    expect(found).toEqual(['outer', 'outer'])
    expect(await tags()).toEqual([100])
  })
})
