import { describe, expect, test } from 'vitest'
import { Authorizer } from '../../authorizer/authorizer.js'

class User {}
class Folder {
  reads = 0
  next: Folder | null = null

  constructor(
    readonly ownerId: number,
    readonly kind: number,
  ) {}

  get parent(): Folder | null {
    this.reads++
    return this.next
  }
}

const policy = `
  allow(u: User, "read", f: Folder) if owns(u, f);
  owns(u: User, f: Folder) if f.ownerId = u.id;
  owns(u: User, f: Folder) if f.parent != nil and owns(u, f.parent);
  allow(_: User, "pair", f: Folder) if pair(f, f.parent);
  pair(f: Folder, g: Folder) if f.kind = 3 and g.kind = 5;
  pair(_: Folder, g: Folder) if g.parent != nil and pair(g, g.parent);
  allow(u: User, "none", f: Folder) if not owns(u, f);
`

function load(limits: object = {}): Authorizer {
  const authorizer = new Authorizer({ log() {}, evaluator: 'source', limits: { syncTime: 60_000, ...limits } })
    .registerClass(User, { fields: { id: 'integer' } })
    .registerClass(Folder, { fields: { ownerId: 'integer', kind: 'integer', parent: { one: 'Folder' } } })
  authorizer.loadSync(policy)
  return authorizer
}

/** Returns folders in a row, the last of which is in the one at a place; undefined for none. */
function chain(length: number, back?: number): readonly [Folder, ...Folder[]] {
  const folders = Array.from({ length }, (_, at) => new Folder(at === 700 ? 1 : 0, at % 4))
  for (const [at, folder] of folders.entries())
    folder.next = folders[at + 1] ?? (back === undefined ? null : folders[back]!)
  return folders as [Folder, ...Folder[]]
}

const user = Object.assign(new User(), { id: 1 })
const authorizer = load()

describe('a search through parents', () => {
  test.each(
    [1, 2, 3, 7, 100, 255, 256, 257, 600, 900].flatMap((length) =>
      [undefined, 0, 1, 5, 254, 255, 256, 599].flatMap((back) =>
        back === undefined || back < length ? [[length, back] as const] : [],
      ),
    ),
  )('ends soon, with %i folders and the last one in %j', (length, back) => {
    const folders = chain(length, back)
    const isOwned = length > 700
    expect(authorizer.can(user, 'read', folders[0])).toBe(isOwned)
    expect(authorizer.can(user, 'none', folders[0])).toBe(!isOwned)
    // A ring is noticed in its third round at the latest; each folder reads its parent twice, in two checks.
    const reads = folders.reduce((sum, one) => sum + one.reads, 0)
    expect(reads).toBeLessThanOrEqual(4 * (3 * length + 2))
    if (folders[0].next) expect(authorizer.can(user, 'pair', folders[0])).toBe(false)
  })

  test('is not left to the machine, and meets the limit of steps', () => {
    expect(authorizer.statistics).toMatchObject({ machine: 0, bailOuts: 0 })
    expect(() => load({ steps: 1000 }).can(user, 'read', chain(100, 0)[0])).not.toThrow()
    expect(() => load({ steps: 1000 }).can(user, 'read', chain(5000)[0])).toThrow(/more than 1000 steps/)
  })
})
