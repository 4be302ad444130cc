// What an authorized client takes beside the same statements by hand, on PostgreSQL: `pnpm bench:writes` runs it.
import { afterAll, beforeAll } from 'vitest'
import { itemsOf, type Timed, tagsOf, timeAll, timedItems, timedPolicy } from '../orm/writeTimes.js'
import { openDatabases } from './databases.js'
import { addRows, type Client, openWorkspace } from './workspace.js'

const [database] = await openDatabases('write_times', ['postgresql'])

let world: Awaited<ReturnType<typeof openWorkspace>>
beforeAll(async () => {
  world = await openWorkspace(database!, timedPolicy)
  await addRows(world.bare)
  await world.bare.item.createMany({ data: timedItems })
}, 60_000)
afterAll(async () => {
  await world.bare.$disconnect()
  await database!.close()
})

const mine = { board: { space: { members: { some: { userId: 2 } } } } }
const page = { orderBy: { id: 'asc' }, take: 50 } as const

const operations: readonly Timed<Client>[] = [
  ['page of 50', (c) => c.item.findMany({ ...page, where: mine }), (c) => c.item.findMany(page)],
  [
    'update',
    (c, at) =>
      c.$transaction(async (tx) => {
        const { id } = await tx.item.update({ where: { id: 1, ...mine }, data: { text: `x${at}` } })
        return await tx.item.findFirstOrThrow({ where: { id, ...mine } })
      }),
    (c, at) => c.item.update({ where: { id: 1 }, data: { text: `x${at}` } }),
  ],
  [
    'createMany of 1,000, with a rule on relations',
    (c, at) =>
      c.$transaction(async (tx) => {
        const rows = await tx.item.createManyAndReturn({ data: itemsOf(at), select: { id: true } })
        const where = { id: { in: rows.map(({ id }) => id) }, ...mine }
        if ((await tx.item.findMany({ where, select: { id: true } })).length < rows.length) throw new Error('refused')
      }),
    (c, at) => c.item.createMany({ data: itemsOf(at) }),
  ],
  [
    'createMany of 1,000, with a rule on columns',
    (c, at) => c.tag.createMany({ data: tagsOf(2 * at) }),
    (c, at) => c.tag.createMany({ data: tagsOf(2 * at + 1) }),
  ],
]

timeAll(operations, { byHand: () => world.bare, guarded: () => world.as(2) as unknown as Client })
