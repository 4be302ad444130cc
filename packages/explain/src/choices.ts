import type { Change } from './changes.js'

/** Changes that make a part hold together, sorted. */
export type Choice = readonly Change[]

/** The one choice that changes nothing. */
export const nothing: readonly Choice[] = [[]]
/** No choice. */
export const never: readonly Choice[] = []

/** Returns the number of changes; the fields of a new row come with it. */
export function sizeOf(changes: readonly Change[]): number {
  return changes.reduce((size, { of }) => (of ? size : size + 1), 0)
}

/** Returns the changes of both, sorted; undefined if they contradict each other. */
export function united(some: readonly Change[], others: readonly Change[]): readonly Change[] | undefined {
  if (some.length === 0) return others
  if (others.length === 0) return some
  const all = [...new Set([...some, ...others])].sort((a, b) => a.id - b.id)
  const wanted = new Map<string, Change>()
  for (const one of all) {
    if (wanted.has(one.key)) return undefined
    wanted.set(one.key, one)
  }
  return all
}

/** Returns whether all changes of a sorted list are in another. */
export function isPart(some: readonly Change[], all: readonly Change[]): boolean {
  let at = 0
  for (const one of some) {
    while (at < all.length && all[at]!.id < one.id) at++
    if (all[at] !== one) return false
  }
  return true
}
