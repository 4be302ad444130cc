import { AuthorizationError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../errors.js'

/**
 * Why an actor was refused: `nobody` is signed in; the resource is `missing`, or `hidden` from the actor; or the actor may
 * see it, but the action is `forbidden`. For logs: `missing` and `hidden` are one and the same to the visitor.
 */
export type DenialReason = 'nobody' | 'missing' | 'hidden' | 'forbidden'

/**
 * The error that a refusal becomes. What exists is not told: nobody gets a 401 and somebody a 404 whether the resource is
 * hidden or missing, from this one place, so that message and stack are equal to the byte too.
 */
export function denial(reason: DenialReason): AuthorizationError {
  const error = errorFor(reason)
  // Frameworks print the stack in development; ours would tell which way the request went.
  error.stack = `${error.name}: ${error.message}`
  return error
}

function errorFor(reason: DenialReason): AuthorizationError {
  switch (reason) {
    case 'nobody':
      return new UnauthenticatedError()
    case 'missing':
    case 'hidden':
      return new NotFoundError()
    case 'forbidden':
      return new ForbiddenError()
    default:
      return reason satisfies never
  }
}

/** The reason behind an error that the authorizer threw; undefined where it is no refusal, but a failure. */
export function reasonOf(error: unknown, actor: unknown): DenialReason | undefined {
  if (!(error instanceof AuthorizationError)) return undefined
  if (actor === null || error instanceof UnauthenticatedError) return 'nobody'
  return error instanceof NotFoundError ? 'hidden' : 'forbidden'
}

/** A body by RFC 9457, `application/problem+json`. */
export interface ProblemDetails {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
}

const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

/** The problem that tells a visitor of a denial. */
export function problemOf({ name, status, message }: AuthorizationError): ProblemDetails {
  return { type: 'about:blank', title: titles[status] ?? name, status, detail: message }
}
