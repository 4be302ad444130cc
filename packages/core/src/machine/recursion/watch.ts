import { Cell } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import type { Loop } from '../state/loop.js'
import type { Machine } from '../state/machine.js'
import { Refuted } from '../state/refuted.js'
import { fail, type Step } from '../state/step.js'
import { Float, isDict, isList } from '../state/term.js'

/** Up to this many calls of recursive predicates cost less than storing the failed ones. */
const unremembered = 500

/**
 * Returns whether the failure of a call is stored: only after many calls, and only if no argument is
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
  readonly loop: Loop
  /** Number of calls that had stalled before. */
  readonly stalls: number
  isProven = false

  constructor(loop: Loop, stalls: number) {
    this.loop = loop
    this.stalls = stalls
  }
}

/**
 * Stores a call if it fails.
 * @returns the step after the call
 */
export function watch(m: Machine, loop: Loop, next: Step): Step {
  const call = new Watch(loop, m.stalls)
  m.pushRetry(exhausted, call)
  return () => {
    call.isProven = true
    return next
  }
}

/**
 * Stores a call that has no alternatives left and was never proven. A failure that depends on an
 * enclosing call, which the call repeated, is not stored: it decides nothing elsewhere.
 */
function exhausted(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // Sound: `watch` pushed it.
  const { isProven, loop, stalls } = choice.data as Watch
  // A call that stalled is not stored either: it must stall again under a negation.
  if (!isProven && loop.restsOn >= loop.depth && m.stalls === stalls) {
    m.refuted ??= new Refuted()
    m.refuted.add(loop.predicate, loop.slots)
  }
  return fail
}
