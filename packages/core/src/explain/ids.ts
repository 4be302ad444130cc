const negativeZero = Symbol('-0')

/** Numbers for values: equal scalars have one number, and each object has its own. */
export class Ids {
  readonly #ids = new Map<unknown, number>()

  of(value: unknown): number {
    const key = Object.is(value, -0) ? negativeZero : value
    let id = this.#ids.get(key)
    if (id === undefined) {
      id = this.#ids.size
      this.#ids.set(key, id)
    }
    return id
  }
}
