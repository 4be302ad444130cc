import { adoptAll } from '../../schema/plainRows.js'
import type { Schema } from '../../schema/schema.js'
import { sourceNumber } from '../../schema/sources.js'
import type { Load, Wanted } from '../../schema/wanted.js'
import { entryOf } from '../../values/entryOf.js'
import { thrownError } from '../../values/fault.js'
import { assertFound, isLink } from '../../values/links.js'
import { identityOf } from '../../values/rows.js'

/** Loads relations for one question, or for all questions of a request. */
export interface RelationLoader {
  /** Loads a relation; returns undefined if no loader is known for it. */
  load(wanted: Wanted): Promise<unknown> | undefined
  /**
   * Returns the loaded row, or the row that is known by its key alone, that is the same row as this
   * one. If there is none, this one is remembered.
   */
  known(row: object): object
}

/**
 * The loaded relations of objects, for one question or one request. An object can outlive its
 * loaded relations: for example a user that is kept between requests, whose roles are revoked.
 * Entries are keyed by object and relation. Each is one promise that all callers share.
 */
export class RelationMemory {
  #loaded: WeakMap<object, Map<string, Promise<unknown>>> | undefined
  /**
   * The loaded rows by their keys. A row that is loaded again is the same object, with the same
   * loaded relations.
   */
  #rows: Map<unknown, object> | undefined
  /** The rows that are known by their keys alone, by these keys. */
  #references: Map<unknown, object> | undefined
  readonly #keepsFailures: boolean

  /**
   * @param lasting - Whether the relations stay unchanged while this memory is used. If not, only
   * concurrent callers share a load. Default true.
   * @param keepsFailures - Whether a failed load is not repeated. Default false.
   */
  constructor(
    /** Whether loaded relations are kept. */
    readonly lasting = true,
    keepsFailures = false,
  ) {
    this.#keepsFailures = keepsFailures
  }

  /**
   * For authorizers: returns the remembered relation, or the result of `load`.
   * @param identify - Returns the same value for objects that are the same row, and the object
   * itself for any other.
   */
  get(
    { object, name, most }: Wanted,
    load: () => Promise<unknown>,
    identify?: (row: object) => unknown,
  ): Promise<unknown> {
    this.#loaded ??= new WeakMap()
    const known = entryOf(this.#loaded, object, () => new Map<string, Promise<unknown>>())
    // A caller that wants all rows must not share a load that fails because there are too many.
    const key = most === undefined ? name : `${name}, at most ${most}`
    const found = known.get(name) ?? known.get(key)
    if (found) return found
    const loaded = identify && this.lasting ? load().then((value) => this.#met(value, identify)) : load()
    known.set(key, loaded)
    const forget = () => void known.delete(key)
    // A load that did not fail is complete.
    const keep = () => void known.set(name, loaded)
    loaded.then(this.lasting ? keep : forget, this.#keepsFailures ? () => {} : forget)
    return loaded
  }

  /** For authorizers: returns the row that was loaded, or else first passed, with this identity. */
  known(identity: unknown, row: object): object {
    const loaded = this.#rows?.get(identity)
    if (loaded) return loaded
    this.#references ??= new Map()
    const known = this.#references.get(identity) ?? row
    this.#references.set(identity, known)
    return known
  }

  /** Replaces loaded rows by the objects that were loaded for them before. */
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

/** The loaders of relations, by model. */
export class RelationLoaders {
  // Changed while an application starts, and replaced as a whole; questions only read them.
  readonly #loads = new Map<string, Load>()
  #memories: readonly (() => RelationMemory | undefined)[] = []

  constructor(private readonly schema: Schema) {}

  /** Whether any model has a loader. */
  get active(): boolean {
    return this.#loads.size > 0
  }

  /** Sets the loader for the relations of a model's rows. */
  add(model: string, load: Load): void {
    this.#loads.set(model, (wanted) => load(wanted).then((rows) => this.#adopted(wanted, rows)))
  }

  /**
   * Marks plain objects that were loaded for a relation as rows of its model.
   * @throws QueryError `stale-relation` for another row than the one that the relation's columns refer to.
   */
  #adopted({ object, relation, model }: Wanted, rows: unknown): unknown {
    if (!relation || typeof rows !== 'object' || rows === null) return rows
    adoptAll(this.schema, rows, relation.model)
    try {
      if (isLink(relation)) assertFound(this.schema, model ?? relation.model, relation, object, rows)
    } catch (error) {
      throw thrownError(error)
    }
    return rows
  }

  /**
   * Sets the function that returns the memory beyond one question. Returns a function that removes
   * it.
   */
  rememberIn(current: () => RelationMemory | undefined): () => void {
    this.#memories = [...this.#memories, current]
    return () => {
      this.#memories = this.#memories.filter((one) => one !== current)
    }
  }

  /**
   * Returns the loader for one question. It loads a relation once, and not at all if the memory of
   * its request has it.
   */
  forQuestion(): RelationLoader {
    const own = new RelationMemory(true, true)
    const identify = (row: object): unknown => {
      const identity = identityOf(this.schema, row)
      return identity === row ? row : `${this.schema.modelOf(row)?.name} ${sourceNumber(row)} ${String(identity)}`
    }
    return {
      load: (wanted) => {
        const load = wanted.model === undefined ? undefined : this.#loads.get(wanted.model)
        if (!load) return undefined
        const outer = this.#outer()
        if (!outer) return own.get(wanted, () => load({ ...wanted, scope: own }), identify)
        const scope = outer.lasting ? outer : own
        return own.get(
          wanted,
          () => outer.get(wanted, () => load({ ...wanted, scope }), identify),
          outer.lasting ? undefined : identify,
        )
      },
      known: (row) => {
        const outer = this.#outer()
        return (outer?.lasting ? outer : own).known(identify(row), row)
      },
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
