import { type AuthorizationError, ForbiddenError } from '../errors.js'

/** A body by RFC 9457, `application/problem+json`. */
export interface ProblemDetails {
  readonly type: 'about:blank'
  readonly title: string
  readonly status: number
  readonly detail: string
  /** The fields that may not be written, or read. */
  readonly fields?: readonly string[]
}

/** The media type of such a body. */
export const problemType = 'application/problem+json'

const titles: Readonly<Record<number, string>> = { 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found' }

/** The problem that tells a visitor of a denial. */
export function problemOf(error: AuthorizationError): ProblemDetails {
  const { name, status, message } = error
  const problem: ProblemDetails = { type: 'about:blank', title: titles[status] ?? name, status, detail: message }
  const fields = error instanceof ForbiddenError ? error.fields : []
  return fields.length > 0 ? { ...problem, fields } : problem
}

/**
 * Whether a refusal is to be answered as a problem.
 *
 * @param option - Always, never, or, if undefined, where it is asked for.
 * @param accept - The request's `Accept`: asked for is what it names, not what `*` would allow.
 */
export function wantsProblem(option: boolean | undefined, accept: string | null | undefined): boolean {
  if (option !== undefined) return option
  return accept?.split(',').some(namesProblem) ?? false
}

function namesProblem(range: string): boolean {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  return type === problemType && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
}
