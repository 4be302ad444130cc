import type { Load } from '../filter/bind/loading.js'
import { adoptAll } from '../schema/plainRows.js'
import type { Schema } from '../schema/schema.js'
import type { Wanted } from '../schema/wanted.js'
import { identityOf } from '../values/rows.js'

/** Gets a relation that is not loaded; undefined where nothing is known that could. */
export type LoadRelation = (wanted: Wanted) => Promise<unknown> | undefined

/**
 * What was loaded of which object. An object can outlive what was loaded of it (a user that is kept between requests, whose
 * roles are taken away), so a memory is for one question, or for one request. Entries are found by the object and the relation,
 * and each is one promise that all who ask for it wait for.
 */
export class RelationMemory {
  #loaded: WeakMap<object, Map<string, Promise<unknown>>> | undefined
  /** Rows that were loaded, by their keys: one that is loaded again is the same object, of which the same is known. */
  #rows: Map<unknown, unknown> | undefined
  /** Whether it keeps what was loaded. */
  readonly lasting: boolean
  readonly #keepsFailures: boolean

  /**
   * @param lasting - Whether nothing that is loaded changes while this memory is used. Otherwise only those who wait at the same
   * time share what they wait for.
   * @param keepsFailures - Whether what could not be loaded is not asked for again.
   */
  constructor(lasting = true, keepsFailures = false) {
    this.lasting = lasting
    this.#keepsFailures = keepsFailures
  }

  /**
   * For authorizers: what is known, or else what `load` gives.
   * @param identify - The same for objects that are the same row; of other things, these themselves.
   */
  get(
    { object, name, most }: Wanted,
    load: () => Promise<unknown>,
    identify?: (row: object) => unknown,
  ): Promise<unknown> {
    this.#loaded ??= new WeakMap()
    const known = this.#loaded.get(object) ?? new Map<string, Promise<unknown>>()
    this.#loaded.set(object, known)
    // Who wants all does not wait for what fails because there are many.
    const key = most === undefined ? name : `${name}, at most ${most}`
    const found = known.get(name) ?? known.get(key)
    if (found) return found
    const loaded = identify && this.lasting ? load().then((value) => this.#met(value, identify)) : load()
    known.set(key, loaded)
    const forget = () => void known.delete(key)
    // What did not fail is all there is.
    const keep = () => void known.set(name, loaded)
    loaded.then(this.lasting ? keep : forget, this.#keepsFailures ? () => {} : forget)
    return loaded
  }

  /** What was loaded, with rows that were loaded before as the objects that they were then. */
  #met(value: unknown, identify: (row: object) => unknown): unknown {
    if (Array.isArray(value)) return value.map((one) => this.#met(one, identify))
    if (typeof value !== 'object' || value === null) return value
    this.#rows ??= new Map()
    const identity = identify(value)
    const known = this.#rows.get(identity)
    if (known !== undefined) return known
    this.#rows.set(identity, value)
    return value
  }
}

/** Gets relations that are not loaded, from wherever a model's rows are kept. */
export class RelationLoaders {
  readonly #schema: Schema
  // Changed while an application starts, and replaced as a whole; questions only read them.
  readonly #loads = new Map<string, Load>()
  #memories: readonly (() => RelationMemory | undefined)[] = []

  constructor(schema: Schema) {
    this.#schema = schema
  }

  /** Whether any model has one. */
  get active(): boolean {
    return this.#loads.size > 0
  }

  /** Says how the relations of a model's rows are loaded. */
  add(model: string, load: Load): void {
    this.#loads.set(model, (wanted) => load(wanted).then((rows) => this.#adopted(wanted, rows)))
  }

  /** Plain objects that were loaded for a relation are rows of its model. */
  #adopted({ relation }: Wanted, rows: unknown): unknown {
    if (relation) adoptAll(this.#schema, rows, relation.model)
    return rows
  }

  /** Says where what was loaded is remembered beyond a question; the function that comes back ends it. */
  rememberIn(current: () => RelationMemory | undefined): () => void {
    this.#memories = [...this.#memories, current]
    return () => {
      this.#memories = this.#memories.filter((one) => one !== current)
    }
  }

  /** Loads for one question: the same relation once, and not at all where the memory of its request has it. */
  forQuestion(): LoadRelation {
    const own = new RelationMemory(true, true)
    const identify = (row: object): unknown => {
      const identity = identityOf(this.#schema, row)
      return identity === row ? row : `${this.#schema.modelOf(row)?.name} ${String(identity)}`
    }
    return (wanted) => {
      const load = wanted.model === undefined ? undefined : this.#loads.get(wanted.model)
      if (!load) return undefined
      const outer = this.#outer()
      if (!outer) return own.get(wanted, () => load(wanted), identify)
      return own.get(
        wanted,
        () => outer.get(wanted, () => load(wanted), identify),
        outer.lasting ? undefined : identify,
      )
    }
  }

  #outer(): RelationMemory | undefined {
    for (const current of this.#memories) {
      const memory = current()
      if (memory) return memory
    }
    return undefined
  }
}
