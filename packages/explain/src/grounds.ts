import { holds } from './outcome.js'
import type { Part } from './part.js'

/**
 * The order in which calls that hold can be proven.
 *
 * A recursive call can hold by a proof that leads back to itself, besides the proof that it has:
 * `reachable(a)` by `reachable(b)`, and `reachable(b)` by `reachable(a)`. Each call gets a rank, and
 * a proof of it uses only calls of lower ranks.
 */
export class Grounds {
  /** By the bodies of calls. */
  readonly #ranks = new Map<Part, number>()

  /** Returns the rank of a call that holds, by its body. */
  rankOf(body: Part): number {
    if (!this.#ranks.has(body)) this.#settle(body)
    return this.#ranks.get(body) ?? Number.POSITIVE_INFINITY
  }

  /** Returns the first alternative or row that holds, and by calls of lower ranks alone if there is one. */
  supporting({ parts }: Part, rank: number): Part {
    const found = parts.length > 1 ? parts.find((one) => this.supports(one, rank)) : undefined
    return found ?? parts.find(({ outcome }) => holds(outcome))!
  }

  /** Returns whether a part holds by calls of lower ranks alone. */
  supports(part: Part, rank: number): boolean {
    part.world.spend()
    if (!holds(part.outcome)) return false
    switch (part.form) {
      case 'all':
        return part.parts.every((one) => this.supports(one, rank))
      case 'any':
        return part.parts.some((one) => this.supports(one, rank))
      case 'call':
        return part.parts.every((body) => (this.#ranks.get(body) ?? Number.POSITIVE_INFINITY) < rank)
      default:
        return true
    }
  }

  /** Ranks the calls below a call, the innermost first, until all that hold have a rank. */
  #settle(body: Part): void {
    let open = [...callsBelow(body)].reverse()
    for (;;) {
      const left: Part[] = []
      for (const call of open) {
        if (this.supports(call, Number.POSITIVE_INFINITY)) this.#ranks.set(call, this.#ranks.size)
        else left.push(call)
      }
      if (left.length === 0 || left.length === open.length) return
      open = left
    }
  }
}

/** Returns the bodies of the calls that a proof can use, in the order in which they are met. */
function callsBelow(body: Part): ReadonlySet<Part> {
  const found = new Set<Part>([body])
  const open = [body]
  for (let part = open.pop(); part; part = open.pop()) {
    part.world.spend()
    if (!holds(part.outcome)) continue
    switch (part.form) {
      case 'all':
      case 'any':
        for (const child of part.parts) open.push(child)
        break
      case 'call': {
        const [inner] = part.parts
        if (!inner || found.has(inner)) break
        found.add(inner)
        open.push(inner)
        break
      }
    }
  }
  return found
}
