import type { Span } from '../../language/source.js'
import { isThenable } from '../../values/thenable.js'
import type { Caller } from './caller.js'
import type { Loop } from './loop.js'
import type { Machine } from './machine.js'
import type { Step } from './step.js'
import type { Term } from './term.js'

/** A goal that counts once: `Once`, from the point of view of its end. */
interface Closed {
  prove(m: Machine): void
}

/**
 * One call of a rule during its proof: first the arguments, then the variables of the current rule.
 * All rules that a call tries share its frame. When the next rule is tried, nothing of the previous
 * one is alive, and each rule writes its variables before it reads them.
 */
export class Frame {
  readonly parent: Frame

  constructor(
    readonly slots: Term[],
    parent: Frame | undefined,
    /** Continuation of the call, in the parent. */
    readonly next: Step,
    /** The call; undefined for the query itself. */
    readonly site: Caller | undefined,
    /** Height of the stack of choice points when the call began; its `cut` cuts back to it. */
    readonly height: number,
    readonly depth: number,
    /** Number of negations around the call. */
    readonly negations: number,
    /** The nearest enclosing call that may repeat itself. */
    readonly loop: Loop | undefined,
    /** A call with ground arguments counts once. */
    readonly once?: Closed | undefined,
  ) {
    this.parent = parent ?? this
  }
}

/**
 * An error that ended one path of the search, with the state of the machine that its message needs.
 * The other paths go on: the error is the result only if none of them proves the query.
 */
export interface Failure {
  readonly thrown: unknown
  readonly frame: Frame
  readonly at: Span | undefined
  readonly raw: boolean
}

/**
 * Continues a choice point that has no list of alternatives. It keeps the choice point on the stack
 * or removes it, and returns the next step. It neither calls the host nor backtracks further by
 * itself, so that choice points never nest in JavaScript's stack.
 */
export type Retry = (m: Machine, choice: Choice) => Step

/** A choice point. */
export class Choice {
  constructor(
    /** Height of the trail; entries above it are undone. */
    readonly trail: number,
    readonly frame: Frame,
    /** Alternatives; the next one is at `at`. */
    readonly steps: readonly Step[] | undefined,
    public at: number,
    readonly retry: Retry | undefined,
    /** Data of `retry`. */
    readonly data: unknown,
  ) {}
}

/** The data of a choice point that goes through an iterator of the application. */
export class Iteration {
  constructor(readonly iterator: Iterator<unknown> | AsyncIterator<unknown>) {}
}

/**
 * Closes the iterator of a choice point, if it holds one. The result and errors of closing are
 * ignored.
 * @returns the number of closed iterators.
 */
export function closeIterator(choice: Choice): number {
  if (!(choice.data instanceof Iteration)) return 0
  try {
    const closed: unknown = choice.data.iterator.return?.()
    if (isThenable(closed)) closed.then(undefined, () => {})
  } catch {}
  return 1
}
