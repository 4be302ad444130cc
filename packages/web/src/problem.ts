import { type AuthorizationError, ForbiddenError } from '@arcturus/core/internal/web'
import { revealedBy } from './denial.js'

/** A body by RFC 9457, `application/problem+json`. */
export interface ProblemDetails {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The fields that the actor may not write or read. */
  readonly fields?: readonly string[]
  /** The version of the policy, if responses contain reasons. */
  readonly policyVersion?: string
  /** The explanation, if responses contain reasons and `@arcturus/explain` is imported. */
  readonly explanation?: object
}

/** The media type of a problem body. */
export const problemType = 'application/problem+json'

const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

/** Returns the problem body of a denial. */
export function problemOf(error: AuthorizationError): ProblemDetails {
  const { name, status, message } = error
  const { detail = message, ...explained } = revealedBy(error) ?? {}
  const problem: ProblemDetails = { type: 'about:blank', title: titles[status] ?? name, status, detail, ...explained }
  const fields = error instanceof ForbiddenError ? error.fields : []
  return fields.length > 0 ? { ...problem, fields } : problem
}

/**
 * Returns whether a denial should have a problem body.
 *
 * @param option - `true` always, `false` never, `undefined` if the request accepts it by name.
 * @param accept - The request's `Accept`. Only the type's own name counts; a wildcard such as `*`
 * does not.
 */
export function wantsProblem(option: boolean | undefined, accept: string | null | undefined): boolean {
  if (option !== undefined) return option
  return accept?.split(',').some(namesProblem) ?? false
}

function namesProblem(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  return type === problemType && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
}
