import {
  AuthorizationError,
  type DecisionExplanation,
  type DenialReason,
  errorFor,
  ForbiddenError,
  NotFoundError,
  UnauthenticatedError,
} from '@arcturus/core/internal/web'

/** The details that a denial may reveal in addition to its status. */
export interface DenialDetails {
  /** The denied fields. The client named them. */
  readonly fields?: readonly string[] | undefined
  /** The reason, if the client may know it. */
  readonly explanation?: string | undefined
  /** The version of the policy, if the client may know it. */
  readonly policyVersion?: string | undefined
  /** The explanation of the decision, if the client may know it. */
  readonly detail?: DecisionExplanation | undefined
}

/** What a response reveals about a denial beside its status. */
export interface Revealed {
  readonly detail: string
  readonly policyVersion?: string
  readonly explanation?: object
}

const revealed = new WeakMap<AuthorizationError, Revealed>()

/** Returns what a problem body reveals about a denial; undefined if it is no more than the message. */
export function revealedBy(error: AuthorizationError): Revealed | undefined {
  return revealed.get(error)
}

/**
 * Returns the error for a denial. It does not reveal whether a resource exists: an anonymous user
 * gets a 401 and any other user a 404, for hidden and for missing resources alike. All come from
 * this one place, so that message and stack are byte-identical too.
 */
export function denialError(reason: DenialReason, details: DenialDetails = {}): AuthorizationError {
  const error = withoutStack(() => errorFor(reason, details.fields))
  if (details.explanation !== undefined) error.message += ` ${details.explanation}`
  const { detail, policyVersion } = details
  revealed.set(error, {
    detail: error.message,
    ...(policyVersion !== undefined && { policyVersion }),
    ...(detail && { explanation: detail.toJSON() }),
  })
  if (detail) error.message += `\n\n${String(detail)}`
  // Frameworks print the stack in development. Ours would reveal the path of the request through
  // the code.
  error.stack = `${error.name}: ${error.message}`
  return error
}

/** The denial of a loader's row, of a missing row, of a model, or of a request. */
export class Denial {
  readonly reason: DenialReason
  readonly error: AuthorizationError

  constructor(reason: DenialReason, details: DenialDetails = {}) {
    this.reason = reason
    this.error = denialError(reason, details)
  }
}

/** Runs `make` without capturing stacks: the capture is most of the cost of an error. */
function withoutStack<Made>(make: () => Made): Made {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return make()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * Returns the reason behind an error of the authorizer, or undefined if the error is a failure and
 * not a denial.
 */
export function reasonOf(error: unknown, actor: unknown): DenialReason | undefined {
  if (!(error instanceof AuthorizationError)) return undefined
  if (actor === null || error instanceof UnauthenticatedError) return 'nobody'
  return error instanceof NotFoundError ? 'hidden' : 'forbidden'
}

/** Returns the fields that an error concerns. Empty if it concerns none. */
export function fieldsOf(error: unknown): readonly string[] {
  return error instanceof ForbiddenError ? error.fields : []
}
