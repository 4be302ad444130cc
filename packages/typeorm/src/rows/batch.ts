/** The loaded value, or the error. */
type Loaded<Answer> = { readonly answer: Answer } | { readonly error: unknown }

/** The number of rows per query. Databases limit the number of parameters. */
const size = 500

/**
 * Loads concurrent requests together, and equal ones once. Requests share a batch but not its
 * failures: if a batch fails, each request is loaded alone, so each has the same outcome as alone.
 */
export class Batch<Asked, Answer> {
  #waiting = new Map<string, Asked>()
  #answers: Promise<ReadonlyMap<string, Loaded<Answer>>> | undefined

  constructor(
    private readonly load: (asked: readonly Asked[]) => Promise<ReadonlyMap<string, Answer>>,
    private readonly identity: (asked: Asked) => string,
  ) {}

  async get(asked: Asked): Promise<Answer | undefined> {
    const identity = this.identity(asked)
    this.#waiting.set(identity, asked)
    this.#answers ??= this.#answer()
    const loaded = (await this.#answers).get(identity)
    if (loaded && 'error' in loaded) throw loaded.error
    return loaded?.answer
  }

  async #answer(): Promise<ReadonlyMap<string, Loaded<Answer>>> {
    // Parallel requests arrive here a few turns apart.
    for (let seen = 0; seen < this.#waiting.size; ) {
      seen = this.#waiting.size
      for (let turn = 0; turn < 5; turn++) await undefined
    }
    const asked = [...this.#waiting.values()]
    this.#waiting = new Map()
    this.#answers = undefined
    const answers = new Map<string, Loaded<Answer>>()
    for (let at = 0; at < asked.length; at += size) await this.#loadInto(answers, asked.slice(at, at + size))
    return answers
  }

  async #loadInto(answers: Map<string, Loaded<Answer>>, asked: readonly Asked[]): Promise<void> {
    try {
      for (const [identity, answer] of await this.load(asked)) answers.set(identity, { answer })
    } catch (error) {
      if (asked.length === 1) answers.set(this.identity(asked[0]!), { error })
      else for (const one of asked) await this.#loadInto(answers, [one])
    }
  }
}
