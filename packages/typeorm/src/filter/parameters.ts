/**
 * Names for parameters, no two the same: one query can hold several filters, also of other authorizations, and TypeORM takes two
 * parameters of one name for one.
 */
export class ParameterNames {
  readonly #prefix = `arcturus_${Math.random().toString(36).slice(2, 10)}_`
  #count = 0

  next(): string {
    return `${this.#prefix}${this.#count++}`
  }
}
