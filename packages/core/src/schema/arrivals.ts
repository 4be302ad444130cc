import { Arrived } from './arrived.js'
import { unloadedRelation } from './reference.js'
import type { Missing, Wanted } from './wanted.js'

/** The values that were loaded for a question, and those that are still to be loaded. */
export class Arrivals implements Missing {
  #wanted: Wanted[] = []
  #known: Wanted[] = []
  #asked = new Map<object, Set<string>>()

  /** @param values - Those that are known already. Default: none. */
  constructor(private readonly values: Arrived = new Arrived()) {}

  arrived(object: object, name: string): { readonly value: unknown } | undefined {
    return this.values.find(object, name)
  }

  want(wanted: Wanted, isKnown = false): void {
    // A row known by its key alone is made anew each time. It is loaded itself.
    if (unloadedRelation(wanted.object)) return
    const names = this.#asked.get(wanted.object) ?? new Set()
    if (!names.has(wanted.name)) (isKnown ? this.#known : this.#wanted).push(wanted)
    this.#asked.set(wanted.object, names.add(wanted.name))
  }

  arrive({ object, name }: Wanted, value: unknown): void {
    this.values.add(object, name, value)
  }

  /**
   * Returns the values to load next, and forgets them.
   * @param isStuck - Whether relations are wanted of which the keys are known and not enough.
   */
  take(isStuck: boolean): readonly Wanted[] {
    const taken = this.#wanted.length > 0 ? this.#wanted : isStuck ? this.#known : []
    this.#wanted = []
    this.#known = []
    this.#asked = new Map()
    return taken
  }
}
