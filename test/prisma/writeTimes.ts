// What an authorized client takes beside the same statements by hand, on PostgreSQL: `pnpm bench:writes` runs it.
import { afterAll, beforeAll, it } from 'vitest'
import { openDatabases } from './databases.js'
import { addRows, type Client, openWorkspace } from './workspace.js'

const [database] = await openDatabases('write_times', ['postgresql'])

/** How often each operation runs by hand and by an authorized client, in turn. */
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
  world = await openWorkspace(database!, policy)
  await addRows(world.bare)
  const data = Array.from({ length: 5_000 }, (_, at) => ({ text: `t${at}`, boardId: 1 + (at % 2) }))
  await world.bare.item.createMany({ data })
}, 60_000)
afterAll(async () => {
  await world.bare.$disconnect()
  await database!.close()
})

type Run = (client: Client, at: number) => Promise<unknown>
const mine = { board: { space: { members: { some: { userId: 2 } } } } }
const page = { orderBy: { id: 'asc' }, take: 50 } as const
const itemsOf = (at: number) => Array.from({ length: 1_000 }, (_, row) => ({ text: `n${at} ${row}`, boardId: 1 }))
const tagsOf = (at: number) =>
  Array.from({ length: 1_000 }, (_, row) => ({ id: 1_000 + at * 1_000 + row, name: `tag ${at} ${row}` }))

/** An operation by hand, with the same conditions, and by the library. */
const operations: readonly (readonly [string, byHand: Run, byClient: Run])[] = [
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

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!
}

it.each(operations)(
  '%s',
  async (name, byHand, byClient) => {
    const times: Record<'byHand' | 'byClient', number[]> = { byHand: [], byClient: [] }
    const all = name.startsWith('createMany') ? Math.ceil(rounds / 3) : rounds
    for (let at = -3; at < all; at++) {
      for (const way of at % 2 === 0 ? (['byHand', 'byClient'] as const) : (['byClient', 'byHand'] as const)) {
        const client = way === 'byHand' ? world.bare : (world.as(2) as unknown as Client)
        const began = performance.now()
        await (way === 'byHand' ? byHand : byClient)(client, at + 3)
        if (at >= 0) times[way].push(performance.now() - began)
      }
    }
    const ratio = median(times.byClient) / median(times.byHand)
    console.log(
      `${name}: ${median(times.byHand).toFixed(2)} ms by hand, ${median(times.byClient).toFixed(2)} ms, ${ratio.toFixed(2)} ×`,
    )
  },
  600_000,
)
