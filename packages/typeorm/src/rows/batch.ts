/** How many rows one query is asked for; databases limit how many parameters it can have. */
const size = 500

/** Asks for all that is wanted at the same time together, and for the same thing once. */
export class Batch<Asked, Answer> {
  readonly #load: (asked: readonly Asked[]) => Promise<ReadonlyMap<string, Answer>>
  readonly #identity: (asked: Asked) => string
  #waiting = new Map<string, Asked>()
  #answers: Promise<ReadonlyMap<string, Answer>> | undefined

  constructor(
    load: (asked: readonly Asked[]) => Promise<ReadonlyMap<string, Answer>>,
    identity: (asked: Asked) => string,
  ) {
    this.#load = load
    this.#identity = identity
  }

  async get(asked: Asked): Promise<Answer | undefined> {
    const identity = this.#identity(asked)
    this.#waiting.set(identity, asked)
    this.#answers ??= this.#answer()
    return (await this.#answers).get(identity)
  }

  async #answer(): Promise<ReadonlyMap<string, Answer>> {
    // Questions that go on side by side come here a few turns after each other.
    for (let seen = 0; seen < this.#waiting.size; ) {
      seen = this.#waiting.size
      for (let turn = 0; turn < 5; turn++) await undefined
    }
    const asked = [...this.#waiting.values()]
    this.#waiting = new Map()
    this.#answers = undefined
    const answers = new Map<string, Answer>()
    for (let at = 0; at < asked.length; at += size) {
      for (const [identity, answer] of await this.#load(asked.slice(at, at + size))) answers.set(identity, answer)
    }
    return answers
  }
}
