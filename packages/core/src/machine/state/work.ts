import type { Span } from '../../language/source.js'
import { Fault } from '../../values/fault.js'
import { chargeOuter } from './evaluation.js'
import type { Limits } from './limits.js'

/** Steps between two readings of the clock. */
export const slice = 256

/** The steps and the computing time of a query, which its limits bound. */
export class Work {
  /** The number of steps that it may still take. */
  stepsLeft: number
  /** Start of the present run, set once it has taken more than one slice. */
  #since: number | undefined = undefined
  #computed = 0

  constructor(private readonly limits: Limits) {
    this.stepsLeft = limits.steps
  }

  /**
   * Checks both limits.
   * @param steps - The number of steps since the last call.
   * @param at - The place in the policy that is evaluated.
   * @throws Fault if a limit is exceeded.
   */
  check(steps: number, at: Span | undefined): void {
    if (this.stepsLeft <= 0)
      throw new Fault('step-limit', `The query takes more than ${this.limits.steps} steps.`, raise)
    chargeOuter(steps, this.limits)
    const now = Date.now()
    this.#since ??= now
    if (this.#computed + now - this.#since > this.limits.syncTime) this.endForTime(at)
  }

  /** Ends a run: the time until the next one does not count. */
  pause(): void {
    if (this.#since === undefined) return
    this.#computed += Date.now() - this.#since
    this.#since = undefined
  }

  /** @throws Fault `time-limit` */
  endForTime(at: Span | undefined): never {
    throw new Fault('time-limit', `The query computes for more than ${this.limits.syncTime} ms.`, {
      ...raise,
      span: at,
    })
  }
}

/** What to do about a limit. */
export const raise = { hint: 'look for an endless recursion, or raise `limits` if the query needs more' }
