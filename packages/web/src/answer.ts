import { ArcturusError, AuthorizationError, UnauthenticatedError } from '@arcturus/core/internal/web'
import type { EnforcementOptions } from './options.js'
import { problemOf, problemType, wantsProblem } from './problem.js'

type AnswerOptions = Pick<EnforcementOptions<never, never>, 'challenge' | 'problemDetails'>

/** A response whose body is a text. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Returns the headers that every response to a denial has, whatever its body. */
export function headersOf(error: AuthorizationError, { challenge, problemDetails }: AnswerOptions): Answer['headers'] {
  return {
    ...(challenge !== undefined && error instanceof UnauthenticatedError && { 'WWW-Authenticate': challenge }),
    ...(problemDetails === undefined && { Vary: 'Accept' }),
  }
}

/**
 * Returns the response to an error that is the client's: a denial, or a request that the policy cannot read.
 *
 * @param accept - The request's `Accept`.
 * @returns Undefined for a failure, and for an error of the application itself.
 */
export function answerOf(error: unknown, options: AnswerOptions, accept: string | undefined): Answer | undefined {
  if (!(error instanceof ArcturusError)) return undefined
  const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'private' }
  if (!(error instanceof AuthorizationError)) {
    const status: unknown = Reflect.get(error, 'status')
    return status === 400 ? { status, headers: plain, body: 'Bad Request' } : undefined
  }
  const isProblem = wantsProblem(options.problemDetails, accept)
  return {
    status: error.status,
    headers: { ...plain, ...(isProblem && { 'Content-Type': problemType }), ...headersOf(error, options) },
    body: isProblem ? JSON.stringify(problemOf(error)) : error.message,
  }
}
