import { expect } from 'vitest'
import { Random } from '../fuzz/random.js'

/** What user 2, a member of space 1, does by a client of one transaction. The name says what becomes of it. */
export interface Turn {
  /** Would make the user admin of space 2, whose item is 2. */
  refusedMember(): Promise<unknown>
  /** Has the key of a tag that exists. */
  refusedTag(): Promise<unknown>
  /** Would move item 1 to another space. */
  refusedMove(): Promise<unknown>
  /** Is decided by its values alone. */
  tag(id: number): Promise<unknown>
  rename(text: string): Promise<unknown>
  /** Returns the keys of the items that the user may read. */
  items(): Promise<readonly number[]>
}

/** The tags that these operations create are allowed by their columns. */
export const tagPolicy = 'allow(_: User, "create", tag: Tag) if tag.id > 0;'

const kinds = ['refusedMember', 'refusedTag', 'refusedMove', 'tag', 'rename', 'items'] as const

/**
 * Runs 2 to 20 operations at the same time.
 * @param clients - Those of one transaction.
 * @returns the tags that have to be there after it
 */
export async function takeTurns(seed: number, clients: readonly Turn[]): Promise<readonly number[]> {
  const random = new Random(seed)
  const tags: number[] = []
  const chosen = Array.from({ length: 2 + (seed % 19) }, (_, at) => {
    const kind = random.pick(kinds)
    if (kind === 'tag') tags.push(100 + at)
    return { kind, client: random.pick(clients), at }
  })
  const results = await Promise.allSettled(
    chosen.map(({ kind, client, at }) => {
      if (kind === 'tag') return client.tag(100 + at)
      return kind === 'rename' ? client.rename(`text ${at}`) : client[kind]()
    }),
  )
  for (const [at, result] of results.entries()) {
    const { kind } = chosen[at]!
    const place = `seed ${seed}, ${kind} of ${chosen.map((one) => one.kind).join(', ')}`
    if (result.status === 'rejected') expect(`${place}: ${result.reason}`).toContain(`${place}: ForbiddenError`)
    expect(result.status, place).toBe(kind.startsWith('refused') ? 'rejected' : 'fulfilled')
    if (kind === 'items') expect(result, place).toMatchObject({ value: [1, 3] })
  }
  return tags
}
