/**
 * Generates unique parameter names. One query can hold several filters, also of other
 * authorizations, and TypeORM treats two parameters of the same name as one.
 */
export class ParameterNames {
  readonly #prefix = `arcturus_${Math.random().toString(36).slice(2, 10)}_`
  #count = 0

  next(): string {
    return `${this.#prefix}${this.#count++}`
  }
}
