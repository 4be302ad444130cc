import { Cell } from '../state/cell.js'
import type { Choice } from '../state/frame.js'
import type { Loop } from '../state/loop.js'
import type { Machine } from '../state/machine.js'
import { Refuted } from '../state/refuted.js'
import { fail, type Step } from '../state/step.js'
import { Float, isDict, isList } from '../state/term.js'

/** So many calls of recursive predicates cost less than remembering which of them have failed. */
const unremembered = 500

/** Whether it is to be remembered that a call fails: of many, where all arguments are values that are told apart at sight. */
export function isWatched(m: Machine, { predicate, slots }: Loop): boolean {
  if (++m.recursiveCalls <= unremembered || m.program?.surroundings.recorder !== undefined) return false
  for (let at = 0; at < predicate.arity; at++) {
    const arg = slots[at]
    if (arg instanceof Cell || arg instanceof Float || isList(arg) || isDict(arg)) return false
  }
  return true
}

/** A call of which it is noted whether it was ever proven. */
class Watch {
  readonly loop: Loop
  /** How many calls had stalled before. */
  readonly stalls: number
  isProven = false

  constructor(loop: Loop, stalls: number) {
    this.loop = loop
    this.stalls = stalls
  }
}

/** Sees to it that a call is remembered if it fails. @returns what comes after it */
export function watch(m: Machine, loop: Loop, next: Step): Step {
  const call = new Watch(loop, m.stalls)
  m.pushRetry(exhausted, call)
  return () => {
    call.isProven = true
    return next
  }
}

/** Nothing is left to try for a call. That it failed because it was part of another one says nothing of it elsewhere. */
function exhausted(m: Machine, choice: Choice): Step {
  m.choices.pop()
  // `watch` pushed it
  const { isProven, loop, stalls } = choice.data as Watch
  // what stalled has to be met again under a negation
  if (!isProven && loop.restsOn >= loop.depth && m.stalls === stalls) {
    m.refuted ??= new Refuted()
    m.refuted.add(loop.predicate, loop.slots)
  }
  return fail
}
