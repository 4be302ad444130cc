import { type Host, SchemaHost, type SchemaHostOptions } from '../../machine/index.js'
import type { Schema } from '../../schema/schema.js'
import type { Missing } from '../../schema/wanted.js'
import type { Account } from '../../text/account.js'
import { Dict } from '../../values/dict.js'
import type { PartialRow, UnknownRow } from '../../values/rows.js'
import { type QuestionRelations, relationOf } from './questionRelations.js'

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
  loading(relations: QuestionRelations): Host {
    return new LoadingHost(this.#schema, this.#options, relations)
  }

  /**
   * Returns the host for a question that is repeated when its missing relations have been loaded.
   */
  arriving(missing: Missing): Host {
    return new ArrivingHost(this.#schema, this.#options, missing)
  }
}

class LoadingHost extends SchemaHost {
  readonly #relations: QuestionRelations

  constructor(schema: Schema, options: SchemaHostOptions, relations: QuestionRelations) {
    super(schema, options)
    this.#relations = relations
  }

  protected override absent(value: object, field: string): unknown {
    const found = this.#relations.absent(value, field, (row) => this.read(row, field))
    return found === undefined ? super.absent(value, field) : found
  }

  override call(value: unknown, method: string, args: readonly unknown[], account: Account): unknown {
    const rows = this.#rowsIn([value, ...args])
    if (!rows) return super.call(value, method, args, account)
    return rows.then(([receiver, ...others]) => super.call(receiver, method, others, account))
  }

  override construct(name: string, args: readonly unknown[]): unknown {
    return this.#rowsIn(args)?.then((rows) => super.construct(name, rows)) ?? super.construct(name, args)
  }

  protected override otherwiseEqual(
    left: unknown,
    right: unknown,
    same: PartialRow | UnknownRow | undefined,
  ): boolean | Promise<boolean> {
    const rows = this.#rowsIn([left, right])
    return rows ? rows.then(([a, b]) => this.equalObjects(a, b)) : super.otherwiseEqual(left, right, same)
  }

  /**
   * Loads the rows among values, and in their lists and dictionaries, that are known by their keys
   * alone: code of the application receives whole rows. Returns undefined if there are none.
   */
  #rowsIn(
    values: readonly unknown[],
    known = new Map<unknown, Promise<unknown> | undefined>(),
  ): Promise<unknown[]> | undefined {
    const loaded = values.map((value) => {
      // Lists that share lists, or hold themselves, have far more paths than elements.
      if (typeof value !== 'object' || value === null || known.has(value)) return known.get(value)
      known.set(value, undefined)
      const own = this.#loaded(value, known)
      known.set(value, own)
      return own
    })
    if (loaded.every((one) => one === undefined)) return undefined
    return Promise.all(loaded.map((one, at) => one ?? values[at]))
  }

  #loaded(value: unknown, known: Map<unknown, Promise<unknown> | undefined>): Promise<unknown> | undefined {
    if (Array.isArray(value)) return this.#rowsIn(value, known)
    if (!(value instanceof Dict)) return this.#relations.rowOf(value)
    const names = Object.keys(value)
    return this.#rowsIn(Object.values(value), known)?.then(
      (rows) => new Dict(Object.fromEntries(names.map((name, at) => [name, rows[at]]))),
    )
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
