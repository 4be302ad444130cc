/** Results of evaluating a term that has no value yet or at all. */
export type Signal = typeof failed | typeof pending

/** There is no value: the goal fails. */
export const failed: unique symbol = Symbol('failed')
/**
 * The value is not there yet: the machine holds the promise to await, and the step has to run again
 * then.
 */
export const pending: unique symbol = Symbol('pending')

/** The answer to a question that may have to wait. */
export type Verdict = boolean | typeof pending
