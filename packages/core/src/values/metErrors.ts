import { ArcturusError } from '../errors.js'
import type { Span } from '../language/source.js'
import { HostError } from './hostError.js'
import { endsEvaluation } from './semantics.js'
import { isStackOverflow } from './stackOverflow.js'

/** A place in the policy that can be an error. */
export interface ErrorPlace {
  readonly span: Span
  /** Whether the log has it: then it is recorded for listeners alone. */
  isTold: boolean
}

export function errorPlace(span: Span): ErrorPlace {
  return { span, isTold: false }
}

/** The most places that one evaluation records. */
const mostPlaces = 16

/**
 * The errors of one part of a condition that the running evaluation has met. If another part decides,
 * they do not count: see `semantics`. They are recorded where they are met, so an evaluation that meets
 * none does nothing for them.
 *
 * There is one record for all evaluations, since they are synchronous. An evaluation takes what it has
 * recorded when it ends. One that begins within another, in a getter of the application, sets the
 * record of the outer one aside.
 */
class MetErrors {
  /** Whether anything is recorded. */
  any = false
  /** Whether listeners receive the errors of each decision. */
  isWatched = false
  #places: ErrorPlace[] = []
  #thrown: unknown[] = []

  /**
   * Records the place of an error, unless nobody wants to know it again. Returns undefined: the result of a part that
   * is an error.
   */
  at(place: ErrorPlace): undefined {
    if (!place.isTold || this.isWatched) this.#record(place)
    return undefined
  }

  #record(place: ErrorPlace): void {
    this.any = true
    if (this.#places.length < mostPlaces && !this.#places.includes(place)) this.#places.push(place)
  }

  /**
   * Records what code of the application threw. Returns undefined, as `at` does.
   * @throws the error if it ends the evaluation at once.
   */
  caught(thrown: unknown): undefined {
    if (endsAtOnce(thrown)) throw thrown
    this.any = true
    this.#thrown.push(thrown)
    return undefined
  }

  /** Returns the record, and begins a new one. */
  take(): { readonly places: readonly ErrorPlace[]; readonly thrown: readonly unknown[] } {
    const taken = { places: this.#places, thrown: this.#thrown }
    this.clear()
    return taken
  }

  clear(): void {
    this.any = false
    this.#places = []
    this.#thrown = []
  }

  /** Runs an evaluation whose record nobody needs. */
  without<Result>(evaluate: () => Result): Result {
    if (this.any) return this.aside(evaluate)
    try {
      return evaluate()
    } finally {
      if (this.any) this.clear()
    }
  }

  /** Runs an evaluation within another one, whose record it keeps. */
  aside<Result>(evaluate: () => Result): Result {
    const places = this.#places
    const thrown = this.#thrown
    this.clear()
    try {
      return evaluate()
    } finally {
      this.any = true
      this.#places = places
      this.#thrown = thrown
    }
  }
}

export const metErrors: MetErrors = /* @__PURE__ */ new MetErrors()

/** Returns whether a thrown value ends the whole evaluation: a limit, a stack overflow, or no error at all. */
function endsAtOnce(thrown: unknown): boolean {
  // Evaluators throw symbols to bail out.
  if (typeof thrown === 'symbol' || isStackOverflow(thrown)) return true
  return (thrown instanceof HostError || thrown instanceof ArcturusError) && endsEvaluation(thrown.code)
}
