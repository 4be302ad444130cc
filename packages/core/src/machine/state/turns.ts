/** Settled promises between two readings of the clock. */
const arrivals = 64
/** Milliseconds after which the event loop gets a turn. */
const patience = 50

/**
 * Yields to the event loop now and then while a query waits for one promise after another.
 * Otherwise, promises that settle without a turn would block timers, such as the query's deadline,
 * and all other work.
 */
export class Turns {
  // No `#`: there is one instance for each waiting question.
  private arrived = 0
  private since: number | undefined = undefined

  /** Must be called for each settled promise; returns the turn to await, if one is due. */
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
