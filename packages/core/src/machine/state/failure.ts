import { ArcturusError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
import type { Span } from '../../language/source.js'
import { HostError } from '../../values/hostError.js'
import { endsEvaluation } from '../../values/semantics.js'
import { isStackOverflow } from '../../values/stackOverflow.js'
import { Fault } from './fault.js'

/** Returns whether an error ends the whole query, not only one path of its search. */
export function endsQuery(thrown: unknown): boolean {
  return endsEvaluation(codeOf(thrown)) || isStackOverflow(thrown)
}

/**
 * Returns the error to report: a relation that is not loaded, since loading it may prove the query;
 * otherwise the first one.
 */
export function reported<Failure extends { readonly thrown: unknown }>(failures: readonly Failure[]): Failure {
  // Sound: only a query with errors reports one.
  return failures.find(({ thrown }) => codeOf(thrown) === 'relation-not-loaded') ?? failures[0]!
}

/** Returns the place of an error in the policy; undefined if it has none. */
export function placeOf({ thrown, at }: { readonly thrown: unknown; readonly at: Span | undefined }): Span | undefined {
  return thrown instanceof Fault ? thrown.details.span : at
}

function codeOf(thrown: unknown): Code | undefined {
  if (thrown instanceof Fault || thrown instanceof HostError || thrown instanceof ArcturusError) return thrown.code
  return undefined
}
