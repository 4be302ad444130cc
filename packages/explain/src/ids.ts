import { entryOf, identityOf, linksBy, type RelationField, type Schema } from '@arcturus/core/internal/explain'
import { isImagined } from './imagined.js'

const negativeZero = Symbol('-0')

/** Numbers for values: equal scalars have one number, and so have all objects of one row. */
export class Ids {
  readonly #ids = new Map<unknown, number>()

  /** Numbers of objects that are rows with keys. */
  readonly #rows = new WeakMap<object, number>()
  /** A value for each number. */
  readonly #values: unknown[] = []
  readonly #links = new Map<string, readonly RelationField[]>()

  constructor(private readonly schema: Schema) {}

  of(value: unknown): number {
    const known = typeof value === 'object' && value !== null ? this.#rows.get(value) : undefined
    if (known !== undefined) return known
    const key = this.#keyOf(value)
    const number = this.#numberOf(key, value)
    // What has no key yet can get a model when it is read.
    if (typeof value === 'object' && value !== null && key !== value) this.#rows.set(value, number)
    return number
  }

  /** Returns a value of a number. */
  valueOf(number: number): unknown {
    return this.#values[number]
  }

  /** Returns the relations of a model for which a column says which row they hold. */
  linksBy(model: string, column: string): readonly RelationField[] {
    return entryOf(this.#links, `${model}.${column}`, () => linksBy(this.schema, model, column))
  }

  /** As `of`, with a number for each object: of two copies of a row, one can lack a relation. */
  ofCopy(value: unknown): number {
    return typeof value === 'object' && value !== null ? this.#numberOf(value) : this.of(value)
  }

  #numberOf(key: unknown, value: unknown = key): number {
    return entryOf(this.#ids, key, () => this.#values.push(value) - 1)
  }

  #keyOf(value: unknown): unknown {
    if (Object.is(value, -0)) return negativeZero
    if (typeof value === 'string') return `text ${value}`
    // The key of a new row is not the same in all trials.
    if (isImagined(value)) return value
    return typeof value === 'object' && value !== null ? identityOf(this.schema, value) : value
  }
}
