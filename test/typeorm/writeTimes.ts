// What an authorized manager takes beside the same statements by hand, on PostgreSQL: `pnpm bench:writes` runs it.
import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll } from 'vitest'
import { itemsOf, type Timed, tagsOf, timeAll, timedItems, timedPolicy } from '../orm/writeTimes.js'
import { openDatabases, ownVersion } from './databases.js'
import { addRows, insertRows, openWorkspace } from './workspace.js'

const [database] = await openDatabases('write_times', ['postgresql'], ownVersion)

let world: Awaited<ReturnType<typeof openWorkspace>>
beforeAll(async () => {
  world = await openWorkspace(database!, timedPolicy, {})
  await addRows(world.source)
  await insertRows(world.source, 'Item', timedItems)
}, 60_000)
afterAll(() => database!.close())

const page = { order: { id: 'ASC' }, take: 50 } as object
const mine = (alias: string) => `EXISTS (
  SELECT 1 FROM "board" b JOIN member m ON m."spaceId" = b."spaceId" WHERE b.id = ${alias}."boardId" AND m."userId" = :user
)`
const user = { user: 2 }

const operations: readonly Timed<EntityManager>[] = [
  [
    'page of 50',
    (m) => m.createQueryBuilder('Item', 'i').where(mine('i'), user).orderBy('i.id').take(50).getMany(),
    (m) => m.find('Item', page),
  ],
  [
    'update',
    (m, at) =>
      m.transaction(async (own) => {
        const update = own
          .createQueryBuilder()
          .update('Item')
          .set({ text: `x${at}` })
          .where('id = 1')
        const { affected } = await update.andWhere(mine('item'), user).execute()
        const after = own.createQueryBuilder('Item', 'i').select('i.id').where('i.id = 1').andWhere(mine('i'), user)
        if (affected !== 1 || !(await after.getRawOne())) throw new Error('refused')
      }),
    (m, at) => m.update('Item', 1, { text: `x${at}` }),
  ],
  [
    'insert of 1,000, with a rule on relations',
    (m, at) =>
      m.transaction(async (own) => {
        const { identifiers } = await own.insert('Item', itemsOf(at))
        const keys = identifiers.map(({ id }) => id as number)
        const after = own.createQueryBuilder('Item', 'i').select('i.id').where('i.id IN (:...keys)', { keys })
        if ((await after.andWhere(mine('i'), user).getRawMany()).length < keys.length) throw new Error('refused')
      }),
    (m, at) => m.insert('Item', itemsOf(at)),
  ],
  [
    'insert of 1,000, with a rule on columns',
    (m, at) => m.insert('Tag', tagsOf(2 * at)),
    (m, at) => m.insert('Tag', tagsOf(2 * at + 1)),
  ],
]

timeAll(operations, { byHand: () => world.source.manager, guarded: () => world.as(2) })
