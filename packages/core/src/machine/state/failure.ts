import { ArcturusError } from '../../errors.js'
import type { Code } from '../../language/codes.js'
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

function codeOf(thrown: unknown): Code | undefined {
  if (thrown instanceof Fault || thrown instanceof HostError || thrown instanceof ArcturusError) return thrown.code
  return undefined
}
