import type { Machine } from './machine.js'

/** One step of a query: it does its work and names the next one. */
export type Step = (m: Machine) => Step

/** The query pauses: it is proven, exhausted or waits for a promise (see `Machine.state`). */
export const stop: Step = () => stop

/** The end of a rule's body: goes on behind the call. */
export const exit: Step = (m) => {
  const frame = m.frame
  m.frame = frame.parent
  return frame.next
}

/** Goes back to the last choice. What a choice runs when it is come back to ends in this, rather than go back by itself. */
export const fail: Step = (m) => m.backtrack()
