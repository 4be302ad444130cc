import type { Arrived } from '../../schema/arrived.js'
import { wholeValue } from '../../schema/partial.js'
import { referencedRow, unloadedRelation } from '../../schema/reference.js'
import type { Schema } from '../../schema/schema.js'
import { setSource, sourceOf } from '../../schema/sources.js'
import type { Wanted } from '../../schema/wanted.js'
import { notLoaded } from '../../values/attributes.js'
import { isIdentified } from '../../values/rows.js'
import type { RelationLoader } from './relations.js'

/** The number of rows of a list whose relations are loaded together. */
const groupSize = 100

/** The position of a row among the rows that were loaded with it. */
interface RowPosition {
  readonly rows: readonly object[]
  readonly at: number
}

/**
 * Reads the relations that the rows of one question do not hold.
 *
 * A to-one relation whose reference the row has is a row with that key alone; the rest of it is
 * loaded when it is read. So rows that are only compared cost no query. Any other relation is loaded,
 * together with that of the rows beside it: rows of a list cost one query, not one each.
 */
export class QuestionRelations {
  /** Whether rows that are known by their keys alone are values of the question. Undefined until the first one. */
  #usesReferences: boolean | undefined
  /** The rows beside each loaded row. */
  readonly #places = new WeakMap<object, RowPosition>()
  /** The relations whose load began here, by row. */
  readonly #begun = new WeakMap<object, Map<string, Promise<unknown>>>()
  /** The relations of the rows that are known by their keys alone. */
  readonly #references = new WeakMap<object, Wanted>()

  /** @param arrived - Records the loaded values. If undefined, nothing is recorded. */
  constructor(
    private readonly schema: Schema,
    private readonly loader: RelationLoader,
    private readonly arrived?: Arrived | undefined,
  ) {}

  /**
   * Returns the value of a field that an object does not have: a row that is known by its key, or a
   * promise of the value. Returns undefined if nothing loads it.
   * @param read - Reads the field of a loaded row.
   */
  absent(object: object, field: string, read: (row: unknown) => unknown): unknown {
    const wanted = relationOf(this.schema, object, field)
    if (unloadedRelation(object) && !(wanted && isFoundByKey(wanted))) return this.rowOf(object)?.then(read)
    if (!wanted) return undefined
    const row = this.#reference(wanted)
    return row === undefined ? this.#loaded(wanted) : row
  }

  /** Loads the row that is known by its key alone; undefined for any other value. */
  rowOf(value: unknown): Promise<unknown> | undefined {
    const wanted = typeof value === 'object' && value !== null ? this.#references.get(value) : undefined
    return wanted && this.#loaded(wanted)
  }

  /** Returns the row with the key that a relation refers to, if that key identifies it. */
  #reference(wanted: Wanted): object | null | undefined {
    const { object, model, relation } = wanted
    if (!relation?.kept || model === undefined) return undefined
    // Only the row itself passes the tests of an application.
    this.#usesReferences ??= ![...this.schema.models.values()].some(({ isaCheck }) => isaCheck)
    if (!this.#usesReferences) return undefined
    const key = this.schema.key(relation.model)
    if (!key?.length || !key.every((name) => relation.to.includes(name))) return undefined
    // A row of a subclass has other rules.
    if (this.schema.descendants(relation.model).length > 1) return undefined
    const row = referencedRow(object, model, relation)
    if (!row) return row
    const source = sourceOf(object)
    if (source) setSource(row, source)
    if (!isIdentified(this.schema, row)) return undefined
    const known = this.loader.known(row)
    if (unloadedRelation(known) && !this.#references.has(known)) {
      this.#references.set(known, wanted)
      this.arrived?.add(object, wanted.name, known)
    }
    return known
  }

  /** Loads a relation, and that of the rows beside the row. */
  #loaded(wanted: Wanted): Promise<unknown> | undefined {
    const { object, name } = wanted
    const known = this.#begun.get(object)?.get(name)
    if (known) return known
    const own = this.#load(wanted)
    if (!own) return undefined
    const rows = [object, ...this.#beside(wanted)]
    const loads = rows.map((row) => (row === object ? own : this.#load({ ...wanted, object: row })!))
    const all = Promise.allSettled(loads).then((values) => {
      this.#place(values.map((one) => (one.status === 'fulfilled' ? one.value : undefined)))
    })
    for (const [at, row] of rows.entries()) this.#begin(row, name, () => all.then(() => loads[at]))
    return this.#begun.get(object)!.get(name)
  }

  /** Begins to load a relation. A loader that returns nothing can't load it. */
  #load(wanted: Wanted): Promise<unknown> | undefined {
    const { object, name, model = 'an object' } = wanted
    return this.loader.load(wanted)?.then((loaded) => {
      if (loaded === undefined) throw notLoaded(object, { model, relation: name })
      this.arrived?.add(object, name, loaded)
      return loaded
    })
  }

  #begin(row: object, name: string, load: () => Promise<unknown>): void {
    const begun = this.#begun.get(row) ?? new Map<string, Promise<unknown>>()
    if (begun.has(name)) return
    const loaded = load()
    // If nobody reads the relation, its error is nobody's.
    loaded.catch(() => {})
    this.#begun.set(row, begun.set(name, loaded))
  }

  /** Returns the rows beside a row that lack the same relation. */
  #beside({ object, name, model }: Wanted): readonly object[] {
    return this.#neighbours(object).filter(
      (row) => wholeValue(row, name) === undefined && this.schema.baseOf(row)?.name === model,
    )
  }

  /** Returns the rows that were loaded with a row: those of its group, for long lists. */
  #neighbours(row: object): readonly object[] {
    const place = this.#places.get(row)
    if (place) {
      const start = place.at - (place.at % groupSize)
      return place.rows.slice(start, start + groupSize).filter((one) => one !== row)
    }
    const origin = this.#references.get(row)
    if (!origin) return []
    const rows = this.#beside(origin).map((holder) => this.#reference({ ...origin, object: holder }))
    return [...new Set(rows)].filter((one): one is object => typeof one === 'object' && one !== null && one !== row)
  }

  /** Records which rows were loaded together. */
  #place(values: readonly unknown[]): void {
    const rows = new Set<object>()
    for (const value of values.flat()) if (typeof value === 'object' && value !== null) rows.add(value)
    const group = [...rows]
    for (const [at, row] of group.entries()) if (!this.#places.has(row)) this.#places.set(row, { rows: group, at })
  }
}

/** Returns whether the columns that a row has are enough to find a relation of it. */
function isFoundByKey({ object, relation }: Wanted): boolean {
  if (!relation) return false
  return relation.many || (relation.from.length > 0 && relation.from.every((name) => name in object))
}

/** Returns the field of an object as a relation, or undefined if it is none. */
export function relationOf(schema: Schema, value: object, field: string): Wanted | undefined {
  const model = schema.baseOf(value)
  const relation = model && schema.field(model.name, field)
  return relation?.kind === 'relation' ? { object: value, name: field, relation, model: model?.name } : undefined
}
