/** Between two looks at the clock. */
const arrivals = 64
/** Milliseconds after which the event loop gets a turn. */
const patience = 50

/**
 * Gives the event loop a turn now and then while a query waits for one promise after the other. Promises that settle without
 * one would otherwise keep timers, such as that of the query's deadline, and everybody else from running.
 */
export class Turns {
  // No `#`: there is one of these for each question that waits.
  private arrived = 0
  private since: number | undefined = undefined

  /** To be called for each promise that has settled: the turn to be awaited, where one is due. */
  due(): Promise<void> | undefined {
    return ++this.arrived % arrivals === 0 ? this.look() : undefined
  }

  private look(): Promise<void> | undefined {
    const now = Date.now()
    this.since ??= now
    if (now - this.since < patience) return undefined
    return new Promise((resolve) => {
      setTimeout(() => {
        this.since = undefined
        resolve()
      }, 0)
    })
  }
}
