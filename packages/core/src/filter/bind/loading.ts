import type { Condition } from '../../condition/condition.js'
import { descending } from '../../condition/stack.js'
import { QueryError } from '../../errors.js'
import { Turns } from '../../machine/state/turns.js'
import type { Meaning } from '../../predicate/meaning.js'
import { unloadedRelation } from '../../schema/reference.js'
import type { Missing, Wanted } from '../../schema/wanted.js'
import { Binder, subjects } from './bind.js'
import { missingIn } from './missing.js'

/** Gets what is wanted; rejects where it can't. */
export type Load = (wanted: Wanted) => Promise<unknown>

/**
 * As `bind`, getting what is not loaded on the actor's side: all that is found missing is asked for at once, then the
 * condition is bound again, until nothing is missing. What is known by its key is asked for last, and only if that is not enough.
 * @param time - Milliseconds that it may take in all.
 * @throws QueryError `time-limit`.
 */
export async function bindLoading(
  condition: Condition,
  actor: unknown,
  action: unknown,
  meaning: Meaning,
  load: Load,
  time: number,
): Promise<Condition> {
  const arrived = new Map<object, Map<string, unknown>>()
  const patience = new Patience(time)
  for (let round = 0; ; round++) {
    if (round > maxRounds) throw neverEnds()
    const wanted: Wanted[] = []
    const known: Wanted[] = []
    const asked = new Map<object, Set<string>>()
    const missing: Missing = {
      arrived: (object, name) => {
        const values = arrived.get(object)
        return values?.has(name) ? { value: values.get(name) } : undefined
      },
      want: (one, isKnown) => {
        // A row that is known by its key alone is made anew each time; what is missing of it is there when it is loaded itself.
        if (unloadedRelation(one.object)) return
        const names = asked.get(one.object) ?? new Set()
        if (!names.has(one.name)) (isKnown ? known : wanted).push(one)
        asked.set(one.object, names.add(one.name))
      },
    }
    const bound = descending(() => new Binder(meaning, missing).bind(condition, subjects(actor, action)))
    // Keys are enough for most that is asked of the rows behind them, of which there can be thousands.
    if (wanted.length === 0 && (known.length === 0 || !missingIn(bound))) return bound
    const loading = wanted.length > 0 ? wanted : known
    const values = await patience.wait(Promise.all(loading.map(load)))
    for (const [index, { object, name }] of loading.entries()) {
      const ofObject = arrived.get(object) ?? new Map<string, unknown>()
      arrived.set(object, ofObject.set(name, values[index]))
    }
  }
}

/** So often a condition is bound again: what the actor's side leads to from one row to the next is not that deep. */
const maxRounds = 10_000

/** Each round reads objects that the one before did not know: they are made anew each time, or there is no end of them. */
function neverEnds(): QueryError {
  return new QueryError('step-limit', `The filter loads one thing after the other for more than ${maxRounds} rounds.`, {
    hint: 'getters that a policy reads must return the same object each time; leave what is endless in the database',
  })
}

/** How long is waited for one thing after the other. */
class Patience {
  readonly #time: number
  readonly #end: number
  readonly #turns: Turns = new Turns()

  constructor(time: number) {
    this.#time = time
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
      // What arrives at once gives timers no turn.
      if (Date.now() > this.#end) throw this.#error()
      return value
    } finally {
      clearTimeout(timer)
    }
  }

  #error(): QueryError {
    return new QueryError('time-limit', `What the filter waits for takes more than ${this.#time} ms.`, {
      hint: 'a query that needs more can be given more: see `limits.asyncTime`',
    })
  }
}
