/** What a query may use before it ends in a typed error. */
export interface Limits {
  /** How deep rule calls may nest. Default 250,000. */
  readonly frames: number
  /** How many steps a query may take in all. Default 5,000,000. */
  readonly steps: number
  /** Milliseconds that a query may compute without giving the event loop a turn, added up. Default 1,000. */
  readonly syncTime: number
  /** Milliseconds from the start to the end of a query that waits for promises. Default 30,000. */
  readonly asyncTime: number
}

export const defaultLimits: Limits = { frames: 250_000, steps: 5_000_000, syncTime: 1_000, asyncTime: 30_000 }
