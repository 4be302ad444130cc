import { ArcturusError } from '../errors.js'
import type { Span } from '../language/source.js'
import { Fault } from './fault.js'
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
  places: ErrorPlace[] = []
  thrown: unknown[] = []

  clear(): void {
    this.any = false
    this.places = []
    this.thrown = []
  }
}

// Functions, and not methods, so that a compiled module contains only those that its policy needs.
export const metErrors: MetErrors = /* @__PURE__ */ new MetErrors()

/**
 * Records the place of an error, unless nobody wants to know it again. Returns undefined: the result of a part that
 * is an error.
 */
export function noteError(place: ErrorPlace): undefined {
  if (place.isTold && !metErrors.isWatched) return
  metErrors.any = true
  const { places } = metErrors
  if (places.length < mostPlaces && !places.includes(place)) places.push(place)
}

/**
 * Records what code of the application threw. Returns undefined, as `noteError` does.
 * @throws the error if it ends the evaluation at once.
 */
export function caughtError(thrown: unknown): undefined {
  if (endsAtOnce(thrown)) throw thrown
  metErrors.any = true
  metErrors.thrown.push(thrown)
}

/** Runs an evaluation whose errors nobody needs. */
export function discardingErrors<Result>(evaluate: () => Result): Result {
  if (metErrors.any) return keepingErrors(evaluate)
  try {
    return evaluate()
  } finally {
    if (metErrors.any) metErrors.clear()
  }
}

/** Runs an evaluation within another one, whose errors it keeps. */
export function keepingErrors<Result>(evaluate: () => Result): Result {
  const { places, thrown } = metErrors
  metErrors.clear()
  try {
    return evaluate()
  } finally {
    metErrors.any = true
    metErrors.places = places
    metErrors.thrown = thrown
  }
}

/** Returns whether a thrown value ends the whole evaluation: a limit, a stack overflow, or no error at all. */
export function endsAtOnce(thrown: unknown): boolean {
  // Evaluators throw symbols to bail out.
  if (typeof thrown === 'symbol' || isStackOverflow(thrown)) return true
  return (thrown instanceof Fault || thrown instanceof ArcturusError) && endsEvaluation(thrown.code)
}
