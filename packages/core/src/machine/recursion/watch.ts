import { Cell } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import type { Loop } from '../state/loop.js'
import type { Machine } from '../state/machine.js'
import { Refuted } from '../state/refuted.js'
import { fail, type Step } from '../state/step.js'
import { Float, isDict, isList } from '../state/term.js'

/** Up to this many calls of recursive predicates cost less than storing the unproven ones. */
const unremembered = 500

/**
 * Returns whether the result of a call is stored if nothing proves it: only after many calls, and only if no argument is
 * a variable, a float, a list or a dictionary. Other arguments are compared by identity.
 */
export function isWatched(m: Machine, { predicate, slots }: Loop): boolean {
  if (++m.recursiveCalls <= unremembered || m.program?.surroundings.tracer !== undefined) return false
  for (let at = 0; at < predicate.arity; at++) {
    const arg = slots[at]
    if (arg instanceof Cell || arg instanceof Float || isList(arg) || isDict(arg)) return false
  }
  return true
}

/** A call that is watched for a proof. */
class Watch {
  /** Number of calls that had stalled before. */
  readonly stalls: number
  /** Number of errors that had been met before. */
  readonly failures: number
  isProven = false

  constructor(
    m: Machine,
    readonly loop: Loop,
  ) {
    this.stalls = m.stalls
    this.failures = m.failures.size
  }
}

/**
 * Stores a call if nothing proves it.
 * @returns the step after the call
 */
export function watch(m: Machine, loop: Loop, next: Step): Step {
  const call = new Watch(m, loop)
  m.pushRetry(exhausted, call)
  return () => {
    call.isProven = true
    return next
  }
}

/**
 * Stores a call that has no alternatives left and was never proven: as an error if it met one,
 * otherwise as false. A result that depends on an enclosing call, which the call repeated, is not
 * stored: it decides nothing elsewhere.
 */
function exhausted(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `watch` pushed it.
  const { isProven, loop, stalls, failures } = choice.data as Watch
  // A call that stalled is not stored either: it must stall again under a negation.
  if (!isProven && loop.restsOn >= loop.depth && m.stalls === stalls) {
    m.refuted ??= new Refuted()
    m.refuted.add(loop.predicate, loop.slots, m.failures.at(failures) ?? 'false')
  }
  return fail
}
