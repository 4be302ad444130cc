import { ArcturusError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'
import { Fault } from '../../values/fault.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import type { Failure } from './frame.js'

/** Up to this many errors are remembered for the log of those that a solution has outlived. */
const few = 32

/** The errors that the search of a query has met. */
export class Failures {
  /** Those that still count: they decide a query without a proof. */
  readonly #counting: Failure[] = []
  /** Those that no longer count: a goal that counts once was proven. */
  readonly #dropped: Failure[] = []

  get size(): number {
    return this.#counting.length
  }

  add(failure: Failure): void {
    this.#counting.push(failure)
  }

  at(place: number): Failure | undefined {
    return this.#counting[place]
  }

  /** Drops the errors that were met since there were only so many. */
  drop(size: number): void {
    while (this.#counting.length > size) {
      // Sound: there is one more.
      const failure = this.#counting.pop()!
      if (this.#dropped.length < few) this.#dropped.push(failure)
    }
  }

  /** Returns the places of the errors that a solution has outlived, each once. */
  outlived(): readonly Span[] {
    if (this.#counting.length === 0 && this.#dropped.length === 0) return []
    const met = [...this.#counting.slice(0, few), ...this.#dropped]
    return [...new Set(met.flatMap((one) => placeOf(one) ?? []))]
  }

  /**
   * Returns the error to report, if there is one: a relation that is not loaded, since loading it may prove the query;
   * otherwise the first one.
   */
  get reported(): Failure | undefined {
    return this.#counting.find(({ thrown }) => codeOf(thrown) === 'relation-not-loaded') ?? this.#counting[0]
  }
}

/** Returns whether an error ends the whole query, not only one path of its search. */
export function endsQuery(thrown: unknown): boolean {
  return endsEvaluation(codeOf(thrown)) || isStackOverflow(thrown)
}

/** Returns the place of an error in the policy; undefined if it has none. */
function placeOf({ thrown, at }: Failure): Span | undefined {
  return (thrown instanceof Fault ? thrown.details.span : undefined) ?? at
}

function codeOf(thrown: unknown): Code | undefined {
  if (thrown instanceof Fault || thrown instanceof ArcturusError) return thrown.code
  return undefined
}
