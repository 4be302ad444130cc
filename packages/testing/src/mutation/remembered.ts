import type { Question } from '../diff/answer.js'

/** Remembers values for questions, by identity of their contexts, actors and resources. */
export class Remembered<T> {
  readonly #known = new Map<unknown, Map<unknown, Map<unknown, Map<string, T>>>>()

  /** Remembers that a question was met, as a value. Returns whether it is new. */
  add(question: Question, value: T): boolean {
    const [values, key] = this.#place(question)
    return !values.has(key) && Boolean(values.set(key, value))
  }

  /** Returns what is known for a question; what `ask` returns the first time. */
  async get(question: Question, ask: () => Promise<T>): Promise<T> {
    const [values, key] = this.#place(question)
    // Sound: there is a value of the key.
    if (values.has(key)) return values.get(key) as T
    const found = await ask()
    values.set(key, found)
    return found
  }

  #place({ context, actor, action, resource, field, ofFields }: Question): [values: Map<string, T>, key: string] {
    const ofActor = inner(inner(this.#known, context), actor)
    return [inner(ofActor, resource), JSON.stringify([action, field, ofFields])]
  }
}

/** Returns the map of a key, which is empty the first time. */
function inner<K, V>(maps: Map<unknown, Map<K, V>>, key: unknown): Map<K, V> {
  const known = maps.get(key) ?? new Map<K, V>()
  maps.set(key, known)
  return known
}
