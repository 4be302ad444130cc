import { Dict, setEntry } from '@arcturus/core/internal/oso'

/**
 * Returns a result that belongs to the caller: lists and dictionaries are copied at any depth.
 * Changes to the copy therefore affect nothing else. A cyclic value becomes a cyclic copy.
 */
export function copied(root: unknown): unknown {
  const copies = new Map<object, object>()
  const open: (readonly [from: readonly unknown[] | Dict, to: unknown[] | Dict])[] = []
  const copyOf = (value: unknown): unknown => {
    if (!Array.isArray(value) && !(value instanceof Dict)) return value
    const known = copies.get(value)
    if (known) return known
    const copy = Array.isArray(value) ? new Array<unknown>(value.length) : new Dict()
    copies.set(value, copy)
    open.push([value, copy])
    return copy
  }
  const result = copyOf(root)
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [from, to] = pair
    if (Array.isArray(from) && Array.isArray(to)) for (const [at, value] of from.entries()) to[at] = copyOf(value)
    else if (from instanceof Dict && to instanceof Dict) {
      for (const key of Object.keys(from)) setEntry(to, key, copyOf(from[key]))
    }
  }
  return result
}
