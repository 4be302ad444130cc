import type { Wanted } from '../condition/bind.js'
import type { Load } from '../condition/bindLoading.js'
import { SchemaHost, type SchemaHostOptions } from '../machine/index.js'
import { isPartial } from '../schema/partial.js'
import type { Schema } from '../schema/schema.js'

/** Gets relations that are not loaded, from wherever a model's rows are kept; each of an object at most once, unless it fails. */
export class RelationLoaders {
  readonly #loads = new Map<string, Load>()
  readonly #loaded = new WeakMap<object, Map<string, Promise<unknown>>>()

  /** Whether any model has one. */
  get active(): boolean {
    return this.#loads.size > 0
  }

  /** Says how the relations of a model's rows are loaded. */
  add(model: string, load: Load): void {
    this.#loads.set(model, load)
  }

  /** What is wanted; undefined where nothing is known that could load it. */
  load(wanted: Wanted): Promise<unknown> | undefined {
    const load = wanted.model === undefined ? undefined : this.#loads.get(wanted.model)
    if (!load) return undefined
    const known = this.#loaded.get(wanted.object) ?? new Map<string, Promise<unknown>>()
    this.#loaded.set(wanted.object, known)
    let loaded = known.get(wanted.name)
    if (!loaded) {
      loaded = load(wanted)
      known.set(wanted.name, loaded)
      loaded.catch(() => known.delete(wanted.name))
    }
    return loaded
  }
}

/** The host of queries that can wait: a relation that is not loaded is a promise. */
export class LoadingHost extends SchemaHost {
  readonly #loaders: RelationLoaders

  constructor(schema: Schema, options: SchemaHostOptions, loaders: RelationLoaders) {
    super(schema, options)
    this.#loaders = loaders
  }

  override read(value: unknown, field: string): unknown {
    if (
      typeof value === 'object' &&
      value !== null &&
      ((value as Readonly<Record<string, unknown>>)[field] === undefined || isPartial(value, field))
    ) {
      const model = this.schema.modelOf(value)
      const relation = model && this.schema.field(model.name, field)
      if (relation?.kind === 'relation') {
        const loaded = this.#loaders.load({ object: value, name: field, relation, model: model?.name })
        if (loaded) return loaded
      }
    }
    return super.read(value, field)
  }
}
