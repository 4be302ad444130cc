/**
 * Orders two texts by code point: negative, zero or positive. JavaScript's own `<` orders by UTF-16 unit, which puts
 * everything beyond U+FFFF before U+E000.
 */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  // parts that are equal are found faster than characters
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

/** A unit's place in the order of code points: surrogates stand for what lies beyond all other units. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
