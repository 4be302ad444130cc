import type { Question } from '../diff/answer.js'

/** Remembers what was found out for questions, by identity of their actors and resources. */
export class Remembered<T> {
  readonly #known = new Map<unknown, Map<unknown, Map<string, T>>>()

  has({ actor, action, resource, field }: Question): boolean {
    return this.#known.get(actor)?.get(resource)?.has(keyOf(action, field)) ?? false
  }

  /** Returns what is known for a question; what `ask` returns the first time. */
  async get({ actor, action, resource, field }: Question, ask: () => Promise<T>): Promise<T> {
    const ofActor = this.#known.get(actor) ?? new Map<unknown, Map<string, T>>()
    this.#known.set(actor, ofActor)
    const ofResource = ofActor.get(resource) ?? new Map<string, T>()
    ofActor.set(resource, ofResource)
    const key = keyOf(action, field)
    // Sound: there is a value of the key.
    if (ofResource.has(key)) return ofResource.get(key) as T
    const found = await ask()
    ofResource.set(key, found)
    return found
  }
}

const keyOf = (action: string | undefined, field: string | undefined): string => JSON.stringify([action, field])
