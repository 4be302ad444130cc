import { AuthorizationError, InvalidBodyError } from '@arcturus/core/internal/web'
import { TargetError } from '@arcturus/web/internal/next'

/** Returns an error without details for the visitor, and logs the cause on the server. */
export function invalidInput(cause: Error): AuthorizationError {
  console.error(cause)
  return new AuthorizationError('invalid-argument', 'The input is invalid.', 400)
}

/**
 * Returns the error to respond with for an error of a handler: a denial, data that the model does not have, or a path
 * that servers read in different ways. Undefined for any other error.
 */
export function answerable(error: unknown): AuthorizationError | undefined {
  if (error instanceof AuthorizationError) return error
  const isInvalid = error instanceof InvalidBodyError || error instanceof TargetError
  return isInvalid ? invalidInput(error) : undefined
}
