import type { Condition } from '../condition/condition.js'
import { descending } from '../condition/stack.js'
import { QueryError } from '../errors.js'
import { Turns } from '../machine/state/turns.js'
import { unloadedRelation } from '../schema/reference.js'
import type { Load, Missing, Wanted } from '../schema/wanted.js'
import { entryOf } from '../values/entryOf.js'
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
  const values = new Map<object, Map<string, unknown>>()
  const arrived: Missing['arrived'] = (object, name) => {
    const ofObject = values.get(object)
    return ofObject?.has(name) ? { value: ofObject.get(name) } : undefined
  }
  const patience = new Patience(time)
  for (let round = 0; ; round++) {
    if (round > maxRounds) throw neverEnds()
    const wanted: Wanted[] = []
    const known: Wanted[] = []
    const asked = new Map<object, Set<string>>()
    const missing: Missing = {
      arrived,
      want: (one, isKnown) => {
        // A row known only by its key is made anew each time; its attributes are there once it is
        // loaded itself.
        if (unloadedRelation(one.object)) return
        const names = asked.get(one.object) ?? new Set()
        if (!names.has(one.name)) (isKnown ? known : wanted).push(one)
        asked.set(one.object, names.add(one.name))
      },
    }
    const bound = descending(() => bind(missing))
    // Keys are enough for most tests of the rows behind them, of which there can be thousands.
    if (wanted.length === 0 && (known.length === 0 || !missingIn(bound)))
      return { condition: bound, loaded: { arrived, want() {} } }
    const loading = wanted.length > 0 ? wanted : known
    const all = await patience.wait(Promise.all(loading.map(load)))
    for (const [index, { object, name }] of loading.entries())
      entryOf(values, object, () => new Map<string, unknown>()).set(name, all[index])
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
