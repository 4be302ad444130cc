/**
 * Compares two texts by code point: negative, zero or positive. JavaScript's own `<` compares
 * UTF-16 units, which orders everything beyond U+FFFF before U+E000.
 */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  // equal parts are found faster than characters
  let from = 0
  while (from + part < length && left.slice(from, from + part) === right.slice(from, from + part)) from += part
  for (let at = from; at < length; at++) {
    const a = left.charCodeAt(at)
    const b = right.charCodeAt(at)
    if (a !== b) return rank(a) - rank(b)
  }
  return left.length - right.length
}

const part = 1_024

/** Returns a unit's rank in the order of code points: surrogates come after all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
