// What an authorized manager takes beside the same statements by hand, on PostgreSQL: `pnpm bench:writes` runs it.
import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, it } from 'vitest'
import { openDatabases } from './databases.js'
import { addRows, insertRows, openWorkspace } from './workspace.js'

const [database] = await openDatabases('write_times', ['postgresql'], ['1'])

/** How often each operation runs by hand and by an authorized manager, in turn. */
const rounds = Number(process.env['ARCTURUS_ROUNDS'] ?? 60)

const policy = `
  is_member(user: User, space: Space) if m in space.members and m.userId = user.id;
  allow(_: User, "read", _: User);
  allow(user: User, "read", board: Board) if is_member(user, board.space);
  allow(user: User, action, item: Item) if
    action in ["read", "create", "update"] and is_member(user, item.board.space);
  allow(user: User, "create", tag: Tag) if tag.name != user.name;
`

let world: Awaited<ReturnType<typeof openWorkspace>>
beforeAll(async () => {
  world = await openWorkspace(database!, policy, {})
  await addRows(world.source)
  const rows = Array.from({ length: 5_000 }, (_, at) => ({ text: `t${at}`, boardId: 1 + (at % 2) }))
  await insertRows(world.source, 'Item', rows)
}, 60_000)
afterAll(() => database!.close())

type Run = (manager: EntityManager, at: number) => Promise<unknown>
const page = { order: { id: 'ASC' }, take: 50 } as object
const itemsOf = (at: number) => Array.from({ length: 1_000 }, (_, row) => ({ text: `n${at} ${row}`, boardId: 1 }))
const tagsOf = (at: number) =>
  Array.from({ length: 1_000 }, (_, row) => ({ id: 1_000 + at * 1_000 + row, name: `tag ${at} ${row}` }))
const mine = (alias: string) => `EXISTS (
  SELECT 1 FROM board b JOIN member m ON m."spaceId" = b."spaceId" WHERE b.id = ${alias}."boardId" AND m."userId" = :user
)`
const user = { user: 2 }

/** An operation by hand, with the same conditions, and by the library. */
const operations: readonly (readonly [string, byHand: Run, byManager: Run])[] = [
  [
    'page of 50',
    (m) => m.createQueryBuilder('Item', 'i').where(mine('i'), user).orderBy('i.id').take(50).getMany(),
    (m) => m.find('Item', page),
  ],
  [
    'update',
    (m, at) =>
      m.transaction(async (own) => {
        const sql = `UPDATE item SET text = $1, "updatedAt" = CURRENT_TIMESTAMP WHERE id = 1 AND ${mine('item')}`
        const [, affected] = (await own.query(sql.replace(':user', '$2'), [`x${at}`, 2])) as [unknown, number]
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

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!
}

it.each(operations)(
  '%s',
  async (name, byHand, byManager) => {
    const times: Record<'byHand' | 'byManager', number[]> = { byHand: [], byManager: [] }
    const all = name.startsWith('insert') ? Math.ceil(rounds / 3) : rounds
    for (let at = -3; at < all; at++) {
      for (const way of at % 2 === 0 ? (['byHand', 'byManager'] as const) : (['byManager', 'byHand'] as const)) {
        const manager = way === 'byHand' ? world.source.manager : world.as(2)
        const began = performance.now()
        await (way === 'byHand' ? byHand : byManager)(manager, at + 3)
        if (at >= 0) times[way].push(performance.now() - began)
      }
    }
    const ratio = median(times.byManager) / median(times.byHand)
    console.log(
      `${name}: ${median(times.byHand).toFixed(2)} ms by hand, ${median(times.byManager).toFixed(2)} ms, ${ratio.toFixed(2)} ×`,
    )
  },
  600_000,
)
