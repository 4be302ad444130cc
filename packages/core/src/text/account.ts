/** Pays for work that can't be interrupted once it has begun. A unit is the comparison of two characters, about a nanosecond. */
export interface Account {
  /** @throws if the limits do not allow as much. */
  charge(units: number): void
}

/** How many units are a step of a query. */
export const unitsPerStep = 64
/** How many units take a millisecond, at most. */
export const unitsPerMillisecond = 1_000_000
