import { ArcturusError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'
import { HostError } from '../../values/hostError.js'
import { Fault } from './fault.js'
import type { Frame } from './frame.js'

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

/** The errors that end a query at once, whatever else could prove it. */
const ending: ReadonlySet<Code | undefined> = new Set([
  'frame-limit',
  'step-limit',
  'time-limit',
  'async-value',
  'negated-loop',
  'replay-mismatch',
])

/** Returns whether an error ends the whole query, not only one path of its search. */
export function endsQuery(thrown: unknown): boolean {
  return ending.has(codeOf(thrown)) || isStackOverflow(thrown)
}

/**
 * Returns the error to report: a relation that is not loaded, since loading it may prove the query;
 * otherwise the first one.
 */
export function reported(failures: readonly Failure[]): Failure {
  // Sound: only a query with errors reports one.
  return failures.find(({ thrown }) => codeOf(thrown) === 'relation-not-loaded') ?? failures[0]!
}

function codeOf(thrown: unknown): Code | undefined {
  if (thrown instanceof Fault || thrown instanceof HostError || thrown instanceof ArcturusError) return thrown.code
  return undefined
}

/** V8 and JavaScriptCore throw a `RangeError`, SpiderMonkey an `InternalError`. */
function isStackOverflow(thrown: unknown): boolean {
  return thrown instanceof Error && /^(Maximum call stack|too much recursion)/.test(thrown.message)
}
