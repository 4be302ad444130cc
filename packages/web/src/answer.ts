import { ArcturusError, AuthorizationError, UnauthenticatedError } from '@arcturus/core/internal/web'
import type { EnforcementOptions } from './options.js'
import { problemOf, problemType, wantsProblem } from './problem.js'

type AnswerOptions = Pick<EnforcementOptions<never, never>, 'challenge' | 'problemDetails'>
type Headers = Readonly<Record<string, string>>

/** A response whose body is a text. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/**
 * Returns the headers that every response to a denial has, and its body if that is a problem by RFC 9457, of the type
 * `problemType`. Otherwise the body has the form of the framework's errors.
 *
 * @param accept - The request's `Accept`.
 * @param vary - The `Vary` that the response has already.
 */
export function denialOf(
  error: AuthorizationError,
  { challenge, problemDetails }: AnswerOptions,
  accept: string | undefined,
  vary: unknown = '',
): { readonly headers: Headers; readonly problem: string | undefined } {
  const before = String(vary)
  const isVaried = problemDetails !== undefined || /(^|,)\s*(\*|accept)\s*(,|$)/i.test(before)
  const varied = isVaried ? before : before === '' ? 'Accept' : `${before}, Accept`
  return {
    headers: {
      ...(challenge !== undefined && error instanceof UnauthenticatedError && { 'WWW-Authenticate': challenge }),
      ...(varied && { Vary: varied }),
    },
    problem: wantsProblem(problemDetails, accept) ? JSON.stringify(problemOf(error)) : undefined,
  }
}

/** The status of an error that is the client's. */
export type ClientStatus = 400 | 401 | 403 | 404

/**
 * Returns the status of an error that is the client's: a denial, or data that the policy cannot read.
 *
 * @returns Undefined for a failure, and for an error of the application itself.
 */
export function clientStatus(error: unknown): ClientStatus | undefined {
  const status: unknown = error instanceof ArcturusError ? Reflect.get(error, 'status') : undefined
  return status === 400 || status === 401 || status === 403 || status === 404 ? status : undefined
}

/**
 * Returns the response to an error that is the client's, and undefined for any other error.
 *
 * @param accept - The request's `Accept`.
 * @param vary - The `Vary` that the response has already. Default: none.
 */
export function answerOf(
  error: unknown,
  options: AnswerOptions,
  accept: string | undefined,
  vary?: string,
): Answer | undefined {
  const status = clientStatus(error)
  if (!status) return undefined
  const plain = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'private' }
  if (!(error instanceof AuthorizationError)) return { status, headers: plain, body: 'Bad Request' }
  const { headers, problem } = denialOf(error, options, accept, vary)
  const type = problem && { 'Content-Type': problemType }
  return { status, headers: { ...plain, ...type, ...headers }, body: problem ?? error.message }
}
