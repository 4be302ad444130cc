export type Method = (...parameters: never[]) => unknown

/**
 * An authorization that a handler asked for. A handler that forgets to await it goes on as if it
 * were allowed.
 */
export class Question {
  /** Whether the caller waits for the answer, or handles it. */
  isAwaited = false
  /** Undefined until the answer is known. */
  isAllowed: boolean | undefined
  readonly #caller: { readonly stack?: string } = {}

  /** @param method - The method that the handler called. The place of the call is recorded. */
  constructor(method: Method | undefined) {
    const { stackTraceLimit } = Error
    // The handler alone: a whole stack takes longer than most decisions.
    Error.stackTraceLimit = 1
    // Platforms without V8 may not have it.
    Error.captureStackTrace?.(this.#caller, method)
    Error.stackTraceLimit = stackTraceLimit
  }

  /** The place of the call: `at handler (file:///app.ts:7:21)`. Empty if the platform records none. */
  get place(): string {
    return this.#caller.stack?.split('\n').at(1)?.trim() ?? ''
  }

  /**
   * Whether a response is independent of the answer. A pending answer counts as forgotten even if
   * something waits for it: this response did not.
   */
  get isForgotten(): boolean {
    return this.isAllowed === undefined || (!this.isAllowed && !this.isAwaited)
  }

  /**
   * Returns the promise of an answer, and records whether the caller waits for it. It is never an
   * unhandled rejection: the guard reports a forgotten `await` with the response.
   */
  watch<Answer>(answer: Promise<Answer>): Promise<Answer> {
    const settled = answer.then(
      (value) => {
        this.isAllowed = value !== false
        return value
      },
      (error: unknown) => {
        this.isAllowed = false
        throw error
      },
    )
    const watched = new Watched<Answer>((resolve, reject) => settled.then(resolve, reject))
    // Before the caller can wait: this is no wait of the caller.
    watched.catch(() => undefined)
    watched.onWait = () => {
      this.isAwaited = true
    }
    return watched
  }
}

/** A promise that reports when somebody waits for it. `await` calls `then` of a subclass. */
class Watched<Value> extends Promise<Value> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }
  onWait: (() => void) | undefined

  // biome-ignore lint/suspicious/noThenProperty: a promise has it
  override then<Result1 = Value, Result2 = never>(
    fulfilled?: ((value: Value) => Result1 | PromiseLike<Result1>) | null,
    rejected?: ((reason: unknown) => Result2 | PromiseLike<Result2>) | null,
  ): Promise<Result1 | Result2> {
    this.onWait?.()
    return super.then(fulfilled, rejected)
  }
}
