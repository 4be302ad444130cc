import type { Schema } from '../schema/schema.js'
import { entryOf } from '../values/entryOf.js'
import { identityOf } from '../values/rows.js'
import { isImagined } from './imagined.js'

const negativeZero = Symbol('-0')

/** Numbers for values: equal scalars have one number, and so have all objects of one row. */
export class Ids {
  readonly #ids = new Map<unknown, number>()

  constructor(private readonly schema: Schema) {}

  of(value: unknown): number {
    return this.#numberOf(this.#keyOf(value))
  }

  /** As `of`, with a number for each object: of two copies of a row, one can lack a relation. */
  ofCopy(value: unknown): number {
    return typeof value === 'object' && value !== null ? this.#numberOf(value) : this.of(value)
  }

  #numberOf(key: unknown): number {
    return entryOf(this.#ids, key, () => this.#ids.size)
  }

  #keyOf(value: unknown): unknown {
    if (Object.is(value, -0)) return negativeZero
    if (typeof value === 'string') return `text ${value}`
    // The key of a new row is not the same in all trials.
    if (isImagined(value)) return value
    return typeof value === 'object' && value !== null ? identityOf(this.schema, value) : value
  }
}
