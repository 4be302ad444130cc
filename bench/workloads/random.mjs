// Random numbers that a seed repeats (mulberry32), and the draws that the workloads make with them.

/** @returns {() => number} a generator of numbers in [0, 1) */
export function randomOf(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

export const below = (random, limit) => Math.floor(random() * limit)

export const pick = (random, items) => items[below(random, items.length)]

/** Some of the items, in random order, none twice. */
export function sample(random, items, count) {
  const shuffled = items.slice()
  const taken = Math.min(count, shuffled.length)
  for (let at = 0; at < taken; at++) {
    const other = at + below(random, shuffled.length - at)
    const item = shuffled[at]
    shuffled[at] = shuffled[other]
    shuffled[other] = item
  }
  return shuffled.slice(0, taken)
}
