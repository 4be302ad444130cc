import { AuthorizationError, InvalidBodyError } from '@arcturus/web'

/** Returns an error without details for the visitor, and logs the cause on the server. */
export function invalidInput(cause: Error): AuthorizationError {
  console.error(cause)
  return new AuthorizationError('invalid-argument', 'The input is invalid.', 400)
}

/**
 * Returns the error to respond with for an error of a handler: a denial, or data that the model does not have.
 * @throws any other error
 */
export function answerable(error: unknown): AuthorizationError {
  if (error instanceof AuthorizationError) return error
  if (error instanceof InvalidBodyError) return invalidInput(error)
  throw error
}
