import {
  engineOf,
  ForbiddenError,
  fieldsDenied,
  NotFoundError,
  UnauthenticatedError,
} from '@arcturus/core/internal/writes'

/**
 * Returns the error of a write that is not allowed. It is the same error whether the policy denies the
 * write, or a hidden row is in its way.
 * @param isReadable - Whether the actor may read the row. Default: there is no row to hide.
 */
export function writeDenial(actor: unknown, isReadable = true, fields: readonly string[] = []): Error {
  if (actor === null) return new UnauthenticatedError()
  if (!isReadable) return new NotFoundError()
  return fields.length > 0 ? fieldsDenied(fields) : new ForbiddenError()
}

/**
 * Asserts that the current request may write without an authorized client.
 * @param authorizer - The authorizer of the request.
 * @throws UndecidedError if the request needs a decision and has none yet.
 */
export function assertMayWrite(authorizer: object): void {
  for (const guard of engineOf(authorizer)?.writeGuards ?? []) guard()
}
