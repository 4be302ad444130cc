import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { prismaKinds } from '../databases.js'
import { type Turn, tagPolicy, takeTurns } from '../orm/turns.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, clear, openWorkspace, policy, tablesOf } from './workspace.js'

const databases = await openDatabases('authorized_transactions', prismaKinds)

describe.each(databases)('Transactions of an authorized client on $name', (database) => {
  let world: Awaited<ReturnType<typeof openWorkspace>>
  let beforeWrite: ((tx: Client, user: { id: number }) => Promise<void>) | undefined
  beforeAll(async () => {
    world = await openWorkspace(database, policy + tagPolicy, {
      beforeWrite: async (tx, user) => await beforeWrite?.(tx as Client, user),
    })
  }, 60_000)
  afterAll(async () => {
    await world?.bare.$disconnect()
    await database.close()
  })
  beforeEach(async () => {
    await clear(world.bare)
    await addRows(world.bare)
  })

  it('undo a refused write alone, and go on if the error is handled', async () => {
    await world.as(2).$transaction(async (tx) => {
      await tx.item.update({ where: { id: 1 }, data: { text: 'kept' } })
      await expect(tx.item.update({ where: { id: 1 }, data: { boardId: 2 } })).rejects.toMatchObject({ status: 403 })
      await expect(tx.item.create({ data: { text: 'x', boardId: 99 } })).rejects.toMatchObject({ status: 403 })
      await tx.item.create({ data: { id: 200, text: 'new', boardId: 1 } })
    })
    expect(await world.bare.item.findUnique({ where: { id: 1 } })).toMatchObject({ text: 'kept', boardId: 1 })
    expect(await world.bare.item.count()).toBe(4)
  })

  it('are rolled back as a whole by an error that is not handled', async () => {
    const before = await tablesOf(world.bare)
    const client = world.as(2)
    const run = client.$transaction(async (tx) => {
      await tx.item.update({ where: { id: 1 }, data: { text: 'lost' } })
      await tx.item.delete({ where: { id: 3 } })
    })
    await expect(run).rejects.toMatchObject({ status: 403 })
    const batch = client.$transaction([
      client.item.update({ where: { id: 1 }, data: { text: 'lost' } }),
      client.item.delete({ where: { id: 2 } }),
    ])
    await expect(batch).rejects.toMatchObject({ status: 404 })
    expect(await tablesOf(world.bare)).toEqual(before)
  })

  it('of the application are joined', async () => {
    const before = await tablesOf(world.bare)
    const run = world.bare.$transaction(async (tx) => {
      const client = world.authorizedClient(world.user(2), { prisma: tx })
      await client.item.update({ where: { id: 1 }, data: { text: 'inside' } })
      expect(await tx.item.findUnique({ where: { id: 1 } })).toMatchObject({ text: 'inside' })
      await expect(client.item.update({ where: { id: 1 }, data: { boardId: 2 } })).rejects.toMatchObject({
        status: 403,
      })
      expect(await tx.item.findUnique({ where: { id: 1 } })).toMatchObject({ boardId: 1 })
      throw new Error('undo')
    })
    await expect(run).rejects.toThrow('undo')
    expect(await tablesOf(world.bare)).toEqual(before)
  })

  const turn = (tx: Pick<Client, 'member' | 'tag' | 'item'>): Turn => ({
    refusedMember: async () => await tx.member.create({ data: { userId: 2, spaceId: 2, role: 'admin' } }),
    refusedTag: async () => await tx.tag.create({ data: { id: 1, name: 'red' } }),
    refusedMove: async () => await tx.item.update({ where: { id: 1 }, data: { boardId: 2 } }),
    tag: async (id) => await tx.tag.create({ data: { id, name: `tag ${id}` } }),
    rename: async (text) => await tx.item.update({ where: { id: 1 }, data: { text } }),
    items: async () => (await tx.item.findMany({ orderBy: { id: 'asc' } })).map(({ id }) => id),
  })
  const assertTags = async (wanted: readonly number[]): Promise<void> => {
    const where = { id: { gte: 100 } }
    const tags = await world.bare.tag.findMany({ where, orderBy: { id: 'asc' } })
    expect(tags.map(({ id }) => id)).toEqual(wanted)
    await world.bare.tag.deleteMany({ where })
  }

  it('let 2 to 20 operations at the same time take turns', async () => {
    for (let seed = 0; seed < 19; seed += 3)
      await assertTags(
        await world.as(2).$transaction(async (tx) => await takeTurns(seed, [turn(tx as unknown as Client)])),
      )
  })

  it('let several clients in one of the application take turns', async () => {
    for (let seed = 19; seed < 38; seed += 3) {
      const run = world.bare.$transaction(async (tx) => {
        const client = () => turn(world.authorizedClient(world.user(2), { prisma: tx }) as unknown as Client)
        return await takeTurns(seed, [client(), client()])
      })
      await assertTags(await run)
    }
  })

  it('within others let both clients read', async () => {
    const found = await world.as(2).$transaction(async (tx) => {
      const later = tx.$transaction(async (inner) => {
        await inner.item.update({ where: { id: 1 }, data: { text: 'inner' } })
        // Prisma writes by the innermost client alone.
        await expect(tx.item.update({ where: { id: 1 }, data: { done: true } })).rejects.toThrow('nested transactions')
        return await tx.item.findUnique({ where: { id: 1 } })
      })
      return [await later, await tx.item.findUnique({ where: { id: 1 } })]
    })
    expect(found).toMatchObject(Array.from({ length: 2 }, () => ({ text: 'inner', done: false })))
  })

  it('see a role that was revoked before the write', async () => {
    const client = world.as(1)
    expect(await client.member.count()).toBe(2)
    await world.bare.member.update({ where: { id: 1 }, data: { role: 'member' } })
    await expect(client.space.update({ where: { id: 1 }, data: { name: 'x' } })).rejects.toMatchObject({ status: 403 })
    await expect(client.member.create({ data: { userId: 3, spaceId: 1 } })).rejects.toMatchObject({ status: 403 })
  })

  it.skipIf(database.provider === 'sqlite')('judge a row that was given away between two statements', async () => {
    const other = world.connect()
    const run = world.as(2).$transaction(async (tx) => {
      expect(await tx.item.findUnique({ where: { id: 1 } })).toMatchObject({ boardId: 1 })
      await other.item.update({ where: { id: 1 }, data: { boardId: 2 } })
      await tx.item.update({ where: { id: 1 }, data: { text: 'mine' } })
    })
    // MariaDB sees the old row in the transaction, and refuses to write over the new one by itself.
    await expect(run).rejects.toMatchObject(database.provider === 'mysql' ? {} : { status: 404 })
    expect(await world.bare.item.findUnique({ where: { id: 1 } })).toMatchObject({ text: 'a', boardId: 2 })
    await other.$disconnect()
  })

  it.skipIf(database.provider === 'sqlite')('fail under serializable if a row is given away meanwhile', async () => {
    const other = world.connect()
    const run = world.as(2).$transaction(
      async (tx) => {
        await tx.item.findMany()
        const give = other.item.update({ where: { id: 1 }, data: { boardId: 2 } })
        // A database that locks lets the other wait, until this one has ended.
        await Promise.race([give, new Promise((resolve) => setTimeout(resolve, 300))]).catch(() => {})
        given = give.catch(() => {})
        await tx.item.update({ where: { id: 1 }, data: { text: 'mine' } })
      },
      { isolationLevel: 'Serializable' },
    )
    let given: Promise<unknown> | undefined
    const [result] = await Promise.allSettled([run])
    await given
    const { text } = await world.bare.item.findUniqueOrThrow({ where: { id: 1 } })
    expect(text).toBe(result.status === 'fulfilled' ? 'mine' : 'a')
    // Here the other waits for this transaction, so that the row was not given away yet when it was written.
    expect(result.status).toBe(database.provider === 'mysql' ? 'fulfilled' : 'rejected')
    await other.$disconnect()
  })

  it.skipIf(database.provider === 'sqlite')('keep a role that they lock until they end', async () => {
    const other = world.connect()
    const order: string[] = []
    const end = database.provider === 'mysql' ? 'LOCK IN SHARE MODE' : 'FOR SHARE'
    const quote = database.provider === 'mysql' ? '`' : '"'
    const member = ['Member', 'userId'].map((name) => quote + name + quote)
    beforeWrite = async (tx, { id }) => {
      await tx.$queryRawUnsafe(`SELECT * FROM ${member[0]} WHERE ${member[1]} = ${id} ${end}`)
      if (order.length > 0) return
      const revoke = other.member.update({ where: { id: 1 }, data: { role: 'member' } })
      revoked = revoke.then(() => order.push('revoked'))
      await Promise.race([revoked, new Promise((resolve) => setTimeout(resolve, 300))])
      order.push('locked')
    }
    let revoked: Promise<unknown> | undefined
    try {
      for (const client of [world.as(1), world.as(1)])
        await client.$transaction(async (tx) => {
          const renamed = await tx.space.update({ where: { id: 1 }, data: { name: 'x' } }).catch(() => undefined)
          order.push(renamed ? 'written' : 'refused')
        })
      await revoked
    } finally {
      beforeWrite = undefined
      await other.$disconnect()
    }
    expect(order).toEqual(['locked', 'written', 'revoked', 'refused'])
  })
})
