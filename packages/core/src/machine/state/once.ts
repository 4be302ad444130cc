import { Fault } from '../../values/fault.js'
import type { Retry } from './frame.js'
import type { Machine } from './machine.js'
import { fail } from './step.js'

/**
 * A goal that counts once: `not`, `forall`, a call with ground arguments, or an `or` that binds
 * nothing. When it is proven, its other proofs and the errors of its other parts do not count. In
 * `(d.folder.owner = u or d.public) and d.open`, a document without a folder that is public but not
 * open is denied; it is no error.
 */
export class Once {
  /** Number of errors that the query had met when the goal began, or when it was tried again. */
  failures: number
  readonly choices: number
  readonly suspended: number
  isProven = false

  constructor(m: Machine) {
    if (m.keepsDuplicates) m.pushRetry(exhausted, this)
    this.failures = m.failures.size
    this.choices = m.choices.length
    this.suspended = m.suspended
  }

  /**
   * Ends the search for other proofs. A query that keeps duplicates only drops the errors. A goal
   * that still waits may give another result with another proof: then nothing is decided yet.
   */
  prove(m: Machine): void {
    if (m.suspended > this.suspended) return
    m.failures.drop(this.failures)
    if (m.keepsDuplicates) {
      this.isProven = true
      m.pushRetry(again, this)
    } else m.cut(this.choices)
  }
}

/** Drops the errors of the parts that were tried after a proof. */
const exhausted: Retry = (m, { data }) => {
  m.choices.pop()
  // Sound: the constructor pushed it.
  const once = data as Once
  if (once.isProven) m.failures.drop(once.failures)
  return fail
}

/** Searches for another proof. The errors that were met behind the goal remain. */
const again: Retry = (m, { data }) => {
  m.choices.pop()
  // Sound: `prove` pushed it.
  const once = data as Once
  once.failures = m.failures.size
  return fail
}

/** Returns the error of a goal that waits for a variable which never gets a value. */
export function stillWaiting(m: Machine): Fault {
  return new Fault('unhandled-constraint', 'A constraint remains on a variable that never gets a value.', {
    span: m.pendingNode()?.span,
    hint: 'bind the variable first, for example with x in […]',
  })
}
