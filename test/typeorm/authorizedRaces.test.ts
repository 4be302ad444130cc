import type { AuthorizedManager } from '@arcturus/typeorm'
import type { EntityManager, EntitySubscriberInterface } from 'typeorm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { policy } from '../orm/workspace.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, clear, openWorkspace, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_races', ['postgresql', 'mysql'], ownVersion)

/** What another connection does between two statements of a write. */
type Meanwhile = (manager: EntityManager) => Promise<unknown>

describe.each(databases)('Writes beside another connection on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let beforeWrite: ((manager: EntityManager, user: { id: number }) => Promise<void>) | undefined
  let meanwhile: Meanwhile | undefined
  let raced: Promise<unknown> = Promise.resolve()

  /** Runs it once, after all that the write reads before its first statement. */
  class Between implements EntitySubscriberInterface<object> {
    async beforeUpdate(): Promise<void> {
      await this.#run()
    }
    async beforeInsert(): Promise<void> {
      await this.#run()
    }
    async #run(): Promise<void> {
      const run = meanwhile
      meanwhile = undefined
      if (!run) return
      raced = run(world.source.manager).catch(() => {})
      // The other one can wait for a lock of the write.
      await Promise.race([raced, new Promise((resolve) => setTimeout(resolve, 150))])
    }
  }

  beforeAll(async () => {
    world = await openWorkspace(database, policy, {
      beforeWrite: async (manager, user) => await beforeWrite?.(manager, user),
    })
  }, 60_000)
  beforeEach(async () => {
    world.source.subscribers.length = 0
    await clear(world.source)
    await addRows(world.source)
    world.source.subscribers.push(new Between())
  })
  afterAll(() => database.close())

  const revoke: Meanwhile = (manager) => manager.query("UPDATE member SET role = 'member' WHERE id = 1")
  const giveAway: Meanwhile = (manager) =>
    manager.query('UPDATE item SET "boardId" = 2 WHERE id = 1'.replaceAll('"', database.kind === 'mysql' ? '`' : '"'))
  const settled = async (run: () => Promise<unknown>): Promise<string> => {
    const name = await run().then(
      () => 'done',
      (error: Error) => error.name,
    )
    await raced
    return name
  }
  const rename = (manager: AuthorizedManager) => manager.update('Space', 1, { name: 'renamed' })

  it('see a role that was revoked before their transaction', async () => {
    const manager = world.as(1)
    await manager.find('Space')
    await revoke(world.source.manager)
    expect(await settled(() => rename(manager))).toBe('ForbiddenError')
    expect(await settled(() => manager.insert('Member', { userId: 3, spaceId: 1 }))).toBe('ForbiddenError')
  })

  it('see a role that was revoked before their first statement, or come before it', async () => {
    meanwhile = revoke
    const found = await settled(() => rename(world.as(1)))
    const { Space } = await tablesOf(world.source)
    expect(Space![0]).toMatchObject({ name: found === 'done' ? 'renamed' : 'space 1' })
    expect(found).toBe('ForbiddenError')
  })

  it('do not touch a row that was given away between their statements', async () => {
    for (const run of [
      (manager: AuthorizedManager) => manager.update('Item', 1, { text: 'mine' }),
      (manager: AuthorizedManager) => manager.update('Item', { text: 'a' }, { text: 'mine' }),
      (manager: AuthorizedManager) => manager.save('Item', { id: 1, text: 'mine' }),
    ]) {
      await world.source.manager.query(
        'UPDATE item SET "boardId" = 1 WHERE id = 1'.replaceAll('"', database.kind === 'mysql' ? '`' : '"'),
      )
      meanwhile = giveAway
      await settled(() => run(world.as(2)))
      const [item] = (await tablesOf(world.source))['Item']!
      expect(item, String(run)).toMatchObject({ boardId: 2, text: 'a' })
    }
  })

  it('keep a role that they lock until they end', async () => {
    const order: string[] = []
    const end = database.kind === 'mysql' ? 'LOCK IN SHARE MODE' : 'FOR SHARE'
    const quote = database.kind === 'mysql' ? '`' : '"'
    beforeWrite = async (manager, { id }) => {
      await manager.query(`SELECT * FROM member WHERE ${quote}userId${quote} = ${id} ${end}`)
      if (order.length > 0) return
      raced = revoke(world.source.manager).then(() => order.push('revoked'))
      await Promise.race([raced, new Promise((resolve) => setTimeout(resolve, 300))])
      order.push('locked')
    }
    try {
      for (const manager of [world.as(1), world.as(1)]) order.push(await settled(() => rename(manager)))
    } finally {
      beforeWrite = undefined
    }
    expect(order).toEqual(['locked', 'revoked', 'done', 'ForbiddenError'])
  })
})
