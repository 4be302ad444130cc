/**
 * A set of code points (or UTF-16 units) and possibly the end of the text, as sorted, disjoint
 * ranges.
 */
export type CharSet = readonly (readonly [from: number, to: number])[]

const last = 0x10ffff
/** Represents the end of the text. */
const end = last + 1

export const everything: CharSet = [[0, end]]
export const endOfText: CharSet = [[end, end]]
export const anyChar: CharSet = [[0, last]]
export const lineEnds: CharSet = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
]
export const digits: CharSet = [[48, 57]]
export const wordChars: CharSet = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
]
export const spaces: CharSet = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
]

export function union(...sets: readonly CharSet[]): CharSet {
  const ranges = sets.flat().sort((a, b) => a[0] - b[0])
  const result: [number, number][] = []
  for (const [from, to] of ranges) {
    const before = result.at(-1)
    if (before && from <= before[1] + 1) before[1] = Math.max(before[1], to)
    else result.push([from, to])
  }
  return result
}

/** Returns all other characters, without the end of the text. */
export function complement(set: CharSet): CharSet {
  const result: [number, number][] = []
  let next = 0
  for (const [from, to] of union(set)) {
    if (from > next) result.push([next, Math.min(from - 1, last)])
    next = to + 1
  }
  if (next <= last) result.push([next, last])
  return result
}

export function areDisjoint(left: CharSet, right: CharSet): boolean {
  return !left.some(([from, to]) => right.some((other) => from <= other[1] && other[0] <= to))
}

/**
 * Returns a superset of the characters that equal one of the set, ignoring case.
 * Characters beyond ASCII are not looked up: if the set has any, the result has all of them. Two of
 * them equal an ASCII letter (U+017F is `s`, U+212A is `k`).
 */
export function foldCase(set: CharSet): CharSet {
  const folded: CharSet[] = [set]
  for (const [from, to] of set) {
    for (const [low, shift] of [
      [0x41, 32],
      [0x61, -32],
    ] as const) {
      const [a, b] = [Math.max(from, low), Math.min(to, low + 25)]
      if (a <= b) folded.push([[a + shift, b + shift]])
    }
    for (const [letter, beyond] of strangers) if (from <= letter && letter <= to) folded.push([[beyond, beyond]])
    if (to >= 0x80)
      folded.push(
        [[0x80, last]],
        strangers.map(([letter]) => [letter, letter] as const),
      )
  }
  return union(...folded)
}

const strangers = [
  [0x4b, 0x212a],
  [0x6b, 0x212a],
  [0x53, 0x17f],
  [0x73, 0x17f],
] as const
