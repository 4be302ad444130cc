/**
 * Returns the first text after all that begin with `prefix`, by code point; undefined if there is
 * none.
 */
export function successor(prefix: string): string | undefined {
  const points = [...prefix]
  for (let last = points.pop(); last !== undefined; last = points.pop()) {
    const point = last.codePointAt(0)!
    if (point === 0x10ffff) continue
    // Half of a UTF-16 pair is not a character.
    return points.join('') + String.fromCodePoint(point === 0xd7ff ? 0xe000 : point + 1)
  }
  return undefined
}

/**
 * Returns whether a database can store the text unchanged: it has no zero character and no half of
 * a UTF-16 pair.
 */
export function isStorable(text: string): boolean {
  return !/[\0\p{Surrogate}]/u.test(text)
}
