import { type Host, SchemaHost, type SchemaHostOptions } from '../machine/index.js'
import { isPartial } from '../schema/partial.js'
import type { Schema } from '../schema/schema.js'
import type { Missing, Wanted } from '../schema/wanted.js'
import type { LoadRelation } from './relations.js'

/** The hosts of the application, for different kinds of questions. */
export class Hosts {
  /** The host for questions that can't wait. */
  readonly now: Host
  readonly #schema: Schema
  readonly #options: SchemaHostOptions

  constructor(schema: Schema, options: SchemaHostOptions) {
    this.#schema = schema
    this.#options = options
    this.now = new SchemaHost(schema, options)
  }

  /** Returns the host for a question that can wait: a relation that is not loaded is a promise. */
  loading(load: LoadRelation): Host {
    return new LoadingHost(this.#schema, this.#options, load)
  }

  /**
   * Returns the host for a question that is repeated when its missing relations have been loaded.
   */
  arriving(missing: Missing): Host {
    return new ArrivingHost(this.#schema, this.#options, missing)
  }
}

class LoadingHost extends SchemaHost {
  readonly #load: LoadRelation

  constructor(schema: Schema, options: SchemaHostOptions, load: LoadRelation) {
    super(schema, options)
    this.#load = load
  }

  protected override absent(value: object, field: string): unknown {
    const wanted = relationOf(this.schema, value, field)
    return (wanted && this.#load(wanted)) ?? super.absent(value, field)
  }
}

class ArrivingHost extends SchemaHost {
  readonly #missing: Missing

  constructor(schema: Schema, options: SchemaHostOptions, missing: Missing) {
    super(schema, options)
    this.#missing = missing
  }

  protected override absent(value: object, field: string): unknown {
    const wanted = relationOf(this.schema, value, field)
    if (wanted) {
      const arrived = this.#missing.arrived(wanted.object, field)
      // The relation arrived as undefined if no loader could load it.
      if (arrived?.value !== undefined) return this.related(value, field, arrived.value)
      if (!arrived) this.#missing.want(wanted)
    }
    return super.absent(value, field)
  }
}

/** Returns the relation in a field of an object, or undefined if it is loaded or not a relation. */
export function unloadedRelationOf(schema: Schema, value: unknown, field: string): Wanted | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  // Sound: any object may have the field.
  const own = (value as Readonly<Record<string, unknown>>)[field]
  return own !== undefined && !isPartial(value, field, own) ? undefined : relationOf(schema, value, field)
}

/** Returns the field of an object as a relation, or undefined if it is none. */
function relationOf(schema: Schema, value: object, field: string): Wanted | undefined {
  const model = schema.baseOf(value)
  const relation = model && schema.field(model.name, field)
  return relation?.kind === 'relation' ? { object: value, name: field, relation, model: model?.name } : undefined
}
