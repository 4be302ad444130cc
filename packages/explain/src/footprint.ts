import { entryOf } from '@arcturus/core/internal/explain'
import type { Part, World } from './part.js'

/**
 * What the parts of a condition read. With other values for some fields, the outcome of a part is another one only if
 * the part reads one of them, or a part of it does.
 */
export class Footprint {
  /** The parts that read a field, by the number of its row and its name. */
  readonly #readers = new Map<string, Set<Part>>()
  /** The parts that a part is a part of; a body can have several callers. */
  readonly #owners = new Map<Part, Part[]>()
  #keys: Map<string, Part[]> | undefined

  constructor(root: Part) {
    this.#owners.set(root, [])
    for (const open = [root]; open.length > 0; ) {
      const part = open.pop()!
      part.world.spend()
      for (const field of part.fieldsRead()) entryOf(this.#readers, field, () => new Set<Part>()).add(part)
      for (const one of part.parts) {
        const owners = this.#owners.get(one)
        if (owners) owners.push(part)
        else {
          this.#owners.set(one, [part])
          open.push(one)
        }
      }
    }
  }

  has(part: Part): boolean {
    return this.#owners.has(part)
  }

  /** Returns the parts that read a changed field, or are true or false by assumption. */
  touchedBy({ reads }: World, assumed: ReadonlyMap<string, boolean>): ReadonlySet<Part> {
    const touched = new Set<Part>()
    for (const field of reads.changedFields()) for (const part of this.#readers.get(field) ?? []) touched.add(part)
    for (const key of assumed.keys()) for (const part of this.#withKeys().get(key) ?? []) touched.add(part)
    return touched
  }

  #withKeys(): ReadonlyMap<string, readonly Part[]> {
    if (this.#keys) return this.#keys
    this.#keys = new Map()
    for (const part of this.#owners.keys()) entryOf(this.#keys, part.key, (): Part[] => []).push(part)
    return this.#keys
  }

  /** Returns the parts whose outcome depends on some parts. */
  above(parts: ReadonlySet<Part>): ReadonlySet<Part> {
    const found = new Set(parts)
    // The set grows.
    for (const part of found) for (const owner of this.#owners.get(part)!) found.add(owner)
    return found
  }
}
