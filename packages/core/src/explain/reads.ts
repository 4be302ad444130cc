import { referencedRow, unloadedRelation } from '../schema/reference.js'
import type { Schema } from '../schema/schema.js'
import type { Missing, Wanted } from '../schema/wanted.js'
import type { Ids } from './ids.js'
import { isImagined } from './imagined.js'

/** Values by the number of a row and by field. */
export type Values = ReadonlyMap<number, ReadonlyMap<string, unknown>>

/** The relations that were loaded for an explanation, and those that are still to be loaded. */
export class Arrivals {
  readonly #values = new Map<object, Map<string, unknown>>()
  #wanted: Wanted[] = []
  #known: Wanted[] = []
  #asked = new Map<object, Set<string>>()

  find(object: object, name: string): { readonly value: unknown } | undefined {
    const values = this.#values.get(object)
    return values?.has(name) ? { value: values.get(name) } : undefined
  }

  want(wanted: Wanted, isKnown = false): void {
    // A row known by its key alone is made anew each time. It is loaded itself.
    if (unloadedRelation(wanted.object)) return
    const names = this.#asked.get(wanted.object) ?? new Set()
    if (!names.has(wanted.name)) (isKnown ? this.#known : this.#wanted).push(wanted)
    this.#asked.set(wanted.object, names.add(wanted.name))
  }

  arrive({ object, name }: Wanted, value: unknown): void {
    const values = this.#values.get(object) ?? new Map<string, unknown>()
    this.#values.set(object, values.set(name, value))
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

/** What a world reads in place of the values of its objects. */
export class Reads implements Missing {
  /** Whether a field of a row that does not exist yet was read, and has no value. */
  isUnknown = false
  readonly #arrivals: Arrivals
  readonly #ids: Ids
  readonly #schema: Schema
  readonly #changes: Values | undefined
  readonly #outside: Reads | undefined

  constructor(arrivals: Arrivals, ids: Ids, schema: Schema, changes?: Values, outside?: Reads) {
    this.#arrivals = arrivals
    this.#ids = ids
    this.#schema = schema
    this.#changes = changes
    this.#outside = outside
  }

  /** Returns these reads with changes. */
  with(changes: Values): Reads {
    return new Reads(this.#arrivals, this.#ids, this.#schema, changes, this)
  }

  arrived(object: object, name: string): { readonly value: unknown } | undefined {
    const changed = this.#changes && this.#changed(this.#ids.of(object), name)
    if (changed) return changed
    if (isImagined(object) && Reflect.get(object, name) === undefined) this.isUnknown = true
    return this.#arrivals.find(object, name) ?? this.#referenced(object, name)
  }

  /** Returns the row that a relation leads to by changed columns, if it is known by them alone. */
  #referenced(object: object, name: string): { readonly value: unknown } | undefined {
    if (!this.#changes || Reflect.get(object, name) !== undefined) return undefined
    const model = this.#schema.baseOf(object)
    const field = model && this.#schema.field(model.name, name)
    if (field?.kind !== 'relation' || !field.from.some((column) => this.isChanged(object, column))) return undefined
    const id = this.#ids.of(object)
    const columns = field.from.map((column) => [
      column,
      (this.#changed(id, column) ?? { value: Reflect.get(object, column) }).value,
    ])
    const row = referencedRow(Object.fromEntries(columns) as object, model!.name, field)
    return row === undefined ? undefined : { value: row }
  }

  want(wanted: Wanted, isKnown?: boolean): void {
    if (!isImagined(wanted.object)) this.#arrivals.want(wanted, isKnown)
  }

  /** Returns whether a field has a value by a change. */
  isChanged(object: object, name: string): boolean {
    return this.#changed(this.#ids.of(object), name) !== undefined
  }

  #changed(row: number, name: string): { readonly value: unknown } | undefined {
    const values = this.#changes?.get(row)
    if (values?.has(name)) return { value: values.get(name) }
    return this.#outside ? this.#outside.#changed(row, name) : undefined
  }
}
