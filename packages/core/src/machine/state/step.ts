import type { Machine } from './machine.js'

/** One step of a query: does its work and returns the next step. */
export type Step = (m: Machine) => Step

/** The query pauses: it is proven, exhausted or waits for a promise (see `Machine.state`). */
export const stop: Step = () => stop

/** The end of a rule's body: continues after the call. */
export const exit: Step = (m) => {
  const frame = m.frame
  frame.once?.prove(m)
  m.frame = frame.parent
  return frame.next
}

/**
 * Backtracks to the last choice point. The steps of a resumed choice point end in this instead of
 * backtracking by themselves.
 */
export const fail: Step = (m) => m.backtrack()
