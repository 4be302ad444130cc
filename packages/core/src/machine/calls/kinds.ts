/**
 * Values by the exact keys of arguments. A class that is not a model may belong to a single object,
 * so it is held weakly.
 */
export class Kinds<V> {
  readonly #values = new Map<unknown, V>()
  readonly #classes = new WeakMap<object, V>()

  get(key: unknown): V | undefined {
    return isObject(key) ? this.#classes.get(key) : this.#values.get(key)
  }

  set(key: unknown, found: V): void {
    if (isObject(key)) this.#classes.set(key, found)
    else this.#values.set(key, found)
  }
}

function isObject(key: unknown): key is object {
  return typeof key === 'function' || (typeof key === 'object' && key !== null)
}
