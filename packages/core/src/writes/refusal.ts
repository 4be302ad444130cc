import { fieldsDenied } from '../authorizer/fields/fields.js'
import { ForbiddenError, NotFoundError, UnauthenticatedError } from '../errors.js'

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
