/**
 * Charges for work that can't be interrupted. One unit is the comparison of two characters, about a
 * nanosecond.
 */
export interface Account {
  /** @throws if the limits do not allow this much work. */
  charge(units: number): void
}

/** Units per step of a query. */
export const unitsPerStep = 64
/** Units that take a millisecond, at most. */
export const unitsPerMillisecond = 1_000_000
/** Units per element of a new list. */
export const unitsPerElement = 64
