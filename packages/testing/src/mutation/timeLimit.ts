/** The time that a piece of work may take. */
export class TimeLimit {
  readonly #end: number

  constructor(private readonly milliseconds: number) {
    this.#end = performance.now() + milliseconds
  }

  /** Whether the time is over. Work that never waits looks here, as no timer can interrupt it. */
  get isOver(): boolean {
    return performance.now() >= this.#end
  }

  /** Returns the result of work; `late` if it takes longer. Nothing ends work that waits for a promise forever. */
  async of<T>(work: Promise<T>, late: T): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const end = new Promise<T>((resolve) => {
      timer = setTimeout(() => resolve(late), this.milliseconds)
    })
    try {
      return await Promise.race([work, end])
    } finally {
      clearTimeout(timer)
    }
  }
}
