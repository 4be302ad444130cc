import type { DenialReason } from '../authorizer/denial.js'
import { fieldsRefused } from '../authorizer/fields.js'
import { AuthorizationError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../errors.js'

/** What a refusal may tell beside its status. */
export interface DenialDetails {
  /** The fields that were refused: the visitor named them. */
  readonly fields?: readonly string[] | undefined
  /** Why, where visitors may know. */
  readonly explanation?: string | undefined
}

/**
 * The error that a refusal becomes. What exists is not told: nobody gets a 401 and somebody a 404 whether the resource is
 * hidden or missing, from this one place, so that message and stack are equal to the byte too.
 */
export function denialError(reason: DenialReason, details: DenialDetails = {}): AuthorizationError {
  const error = withoutStack(() => errorFor(reason, details.fields ?? []))
  if (details.explanation !== undefined) error.message += ` ${details.explanation}`
  // Frameworks print the stack in development; ours would tell which way the request went.
  error.stack = `${error.name}: ${error.message}`
  return error
}

/** Taking down a stack is most of what an error costs. */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

function errorFor(reason: DenialReason, fields: readonly string[]): AuthorizationError {
  switch (reason) {
    case 'nobody':
      return new UnauthenticatedError()
    case 'missing':
    case 'hidden':
      return new NotFoundError()
    case 'forbidden':
      return fields.length > 0 ? fieldsRefused(fields) : new ForbiddenError()
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

/** The fields that an error is about, if it is about any. */
export function fieldsOf(error: unknown): readonly string[] {
  return error instanceof ForbiddenError ? error.fields : []
}
