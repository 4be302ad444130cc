// How long writes and reads under a policy take beside the same by hand, on either ORM: `pnpm bench:writes`.
import { it } from 'vitest'

/** How often each operation runs by hand and under the policy, in turn. */
const rounds = Number(process.env['ARCTURUS_ROUNDS'] ?? 60)

export const timedPolicy = `
  is_member(user: User, space: Space) if m in space.members and m.userId = user.id;
  allow(_: User, "read", _: User);
  allow(user: User, "read", board: Board) if is_member(user, board.space);
  allow(user: User, action, item: Item) if
    action in ["read", "create", "update"] and is_member(user, item.board.space);
  allow(user: User, "create", tag: Tag) if tag.name != user.name;
`

/** The items of two boards, one of which user 2 may read. */
export const timedItems = Array.from({ length: 5_000 }, (_, at) => ({ text: `t${at}`, boardId: 1 + (at % 2) }))

export const itemsOf = (at: number) =>
  Array.from({ length: 1_000 }, (_, row) => ({ text: `n${at} ${row}`, boardId: 1 }))
export const tagsOf = (at: number) =>
  Array.from({ length: 1_000 }, (_, row) => ({ id: 1_000 + at * 1_000 + row, name: `tag ${at} ${row}` }))

type Run<Client> = (client: Client, at: number) => Promise<unknown>

/** An operation by hand, with the same conditions, and under the policy. */
export type Timed<Client> = readonly [name: string, byHand: Run<Client>, guarded: Run<Client>]

/** Times operations, and prints the medians. @param open - Returns a client for each round. */
export function timeAll<Client>(
  operations: readonly Timed<Client>[],
  open: { byHand(): Client; guarded(): Client },
): void {
  it.each(operations)(
    '%s',
    async (name, byHand, guarded) => {
      const run = { byHand, guarded }
      const times: Record<keyof typeof run, number[]> = { byHand: [], guarded: [] }
      const all = name.includes('1,000') ? Math.ceil(rounds / 3) : rounds
      // An application is warm.
      const first = name.includes('1,000') ? 10 : rounds
      for (let at = -first; at < all; at++) {
        for (const way of at % 2 === 0 ? (['byHand', 'guarded'] as const) : (['guarded', 'byHand'] as const)) {
          const began = performance.now()
          await run[way](open[way](), at + first)
          if (at >= 0) times[way].push(performance.now() - began)
        }
      }
      const [hand, own] = [median(times.byHand), median(times.guarded)]
      console.log(`${name}: ${hand.toFixed(2)} ms by hand, ${own.toFixed(2)} ms, ${(own / hand).toFixed(2)} ×`)
    },
    600_000,
  )
}

function median(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[times.length >> 1]!
}
