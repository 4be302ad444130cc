import type { Condition } from '../condition/condition.js'
import { descending } from '../condition/stack.js'
import { QueryError } from '../errors.js'
import { Turns } from '../machine/state/turns.js'
import { Arrivals } from '../schema/arrivals.js'
import type { Load, Missing } from '../schema/wanted.js'
import { missingIn } from './missing.js'

/** A condition with its actor bound, and the values that were loaded for it. */
export interface LoadedCondition {
  readonly condition: Condition
  readonly loaded: Missing
}

/**
 * Like `bind`, but loads missing values on the actor's side. Each round loads everything missing at
 * once and binds the condition again, until nothing is missing. Rows known by their keys are loaded
 * last, and only if their keys are not enough.
 * @param bind - Binds the condition, with the values that have arrived.
 * @param load - Loads one value.
 * @param time - Limit for the whole call, in milliseconds.
 * @throws QueryError `time-limit`; `step-limit` after too many rounds.
 */
export async function bindLoading(
  bind: (missing: Missing) => Condition,
  load: Load,
  time: number,
): Promise<LoadedCondition> {
  const arrivals = new Arrivals()
  const patience = new Patience(time)
  for (let round = 0; ; round++) {
    if (round > maxRounds) throw neverEnds()
    const bound = descending(() => bind(arrivals))
    // Keys are enough for most tests of the rows behind them, of which there can be thousands.
    const wanted = arrivals.take(missingIn(bound) !== undefined)
    if (wanted.length === 0)
      return { condition: bound, loaded: { arrived: (...read) => arrivals.arrived(...read), want() {} } }
    const values = await patience.wait(Promise.all(wanted.map(load)))
    for (const [at, one] of wanted.entries()) arrivals.arrive(one, values[at])
  }
}

/** Limit of rounds: chains of rows on the actor's side are not that deep. */
const maxRounds = 10_000

/**
 * Each round reads objects unknown to the one before: getters make them anew, or there is no end of
 * them.
 */
function neverEnds(): QueryError {
  return new QueryError('step-limit', `The filter needs more than ${maxRounds} rounds of loading.`, {
    hint: "return the same object from a getter each time, or leave long chains in the database: unloaded: 'database'",
  })
}

/** Limits the time of a sequence of waits. */
class Patience {
  readonly #end: number
  readonly #turns: Turns = new Turns()

  constructor(private readonly time: number) {
    this.#end = Date.now() + time
  }

  async wait<Value>(promise: Promise<Value>): Promise<Value> {
    let timer: ReturnType<typeof setTimeout> | undefined
    const passed = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.#error()), this.#end - Date.now())
    })
    try {
      const value = await Promise.race([promise, passed])
      const turn = this.#turns.due()
      if (turn) await turn
      // Promises that resolve at once never let the timer run.
      if (Date.now() > this.#end) throw this.#error()
      return value
    } finally {
      clearTimeout(timer)
    }
  }

  #error(): QueryError {
    return new QueryError('time-limit', `Loading the data of the filter takes more than ${this.time} ms.`, {
      hint: "raise `limits.asyncTime`, or leave relations in the database: unloaded: 'database'",
    })
  }
}
