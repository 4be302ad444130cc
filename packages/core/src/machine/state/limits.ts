/** Limits of a query; a query that exceeds one ends in a typed error. */
export interface Limits {
  /** Maximum depth of nested rule calls. Default 250,000. */
  readonly frames: number
  /** Maximum number of steps of a query. Default 5,000,000. */
  readonly steps: number
  /**
   * Maximum computing time in milliseconds, summed up, without a turn of the event loop. Default
   * 1,000.
   */
  readonly syncTime: number
  /** Milliseconds from the start to the end of a query that waits for promises. Default 30,000. */
  readonly asyncTime: number
}

const steps = 5_000_000
const syncTime = 1_000

/** The default limits of evaluations that neither nest rule calls nor wait. */
export const defaultBudget: Pick<Limits, 'steps' | 'syncTime'> = { steps, syncTime }

export const defaultLimits: Limits = { steps, syncTime, frames: 250_000, asyncTime: 30_000 }
