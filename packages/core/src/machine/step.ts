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
