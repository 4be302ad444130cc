/** What evaluating a term can give instead of a value. */
export type Signal = typeof failed | typeof pending

/** There is none: the goal fails. */
export const failed: unique symbol = Symbol('failed')
/** It is not there yet: the machine has been told which promise to await, and the step has to be run again then. */
export const pending: unique symbol = Symbol('pending')

/** An answer to a question that may have to wait. */
export type Verdict = boolean | typeof pending
