import type { Caller } from './caller.js'
import type { Loop } from './loop.js'
import type { Machine } from './machine.js'
import type { Step } from './step.js'
import type { Term } from './term.js'

/**
 * One call of a rule while it is being proven: arguments first, then the variables of the rule that is tried. All rules
 * that a call tries share its frame, for when the next one is tried nothing of the one before is alive, and each writes
 * its variables before it reads them.
 */
export class Frame {
  readonly slots: Term[]
  readonly parent: Frame
  /** What comes after the call, in the parent. */
  readonly next: Step
  /** The call; undefined for the query itself. */
  readonly site: Caller | undefined
  /** Height of the stack of choices when the call began: where its `cut` cuts back to. */
  readonly height: number
  readonly depth: number
  /** How many negations enclose the call. */
  readonly negations: number
  /** The nearest call around this one that may meet itself again. */
  readonly loop: Loop | undefined

  constructor(
    slots: Term[],
    parent: Frame | undefined,
    next: Step,
    site: Caller | undefined,
    height: number,
    depth: number,
    negations: number,
    loop: Loop | undefined,
  ) {
    this.slots = slots
    this.parent = parent ?? this
    this.next = next
    this.site = site
    this.height = height
    this.depth = depth
    this.negations = negations
    this.loop = loop
  }
}

/**
 * How a choice without a list of alternatives goes on. It leaves the choice on the stack or takes it off, and names the step
 * to run: it neither asks the host nor goes back any further by itself, so that choices never nest in JavaScript's stack.
 */
export type Retry = (m: Machine, choice: Choice) => Step

/** A point to come back to. */
export class Choice {
  /** Height of the trail: what is above it is undone. */
  readonly trail: number
  readonly frame: Frame
  /** Alternatives; the one to try next is at `at`. */
  readonly steps: readonly Step[] | undefined
  at: number
  readonly retry: Retry | undefined
  /** What `retry` needs. */
  readonly data: unknown

  constructor(
    trail: number,
    frame: Frame,
    steps: readonly Step[] | undefined,
    at: number,
    retry: Retry | undefined,
    data: unknown,
  ) {
    this.trail = trail
    this.frame = frame
    this.steps = steps
    this.at = at
    this.retry = retry
    this.data = data
  }
}
