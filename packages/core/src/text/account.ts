/** The resources of an evaluation. */
export interface Account {
  readonly limits: { readonly syncTime: number }
  /** Counts steps. Throws if the limits do not allow so many. */
  spend(steps: number): void
  /** Throws the error of an evaluation that takes too long. */
  endForTime(): never
}

/** Units per step of a query. */
export const unitsPerStep = 64
/** Units that take a millisecond, at most. */
const unitsPerMillisecond = 1_000_000
/** Units per element of a new list. */
export const unitsPerElement = 64

/**
 * Charges for work that can't be interrupted.
 * @param units - The amount of work. One unit is the comparison of two characters, about a nanosecond.
 * @throws if the limits do not allow this much work.
 */
export function charge(account: Account, units: number): void {
  if (units < unitsPerStep) return
  if (units > account.limits.syncTime * unitsPerMillisecond) account.endForTime()
  account.spend(Math.ceil(units / unitsPerStep))
}
