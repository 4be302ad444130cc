/** The values that a question waited for, by the object and the field that they were read from. */
export class Arrived {
  #values: Map<unknown, Map<string, unknown>> | undefined

  add(object: unknown, name: string, value: unknown): void {
    this.#values ??= new Map()
    const values = this.#values.get(object) ?? new Map<string, unknown>()
    this.#values.set(object, values.set(name, value))
  }

  find(object: unknown, name: string): { readonly value: unknown } | undefined {
    const values = this.#values?.get(object)
    return values?.has(name) ? { value: values.get(name) } : undefined
  }
}
