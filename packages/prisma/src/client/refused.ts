import type { UnsupportedOperationError } from '@arcturus/core/internal/prisma'
import { unsupportedOperation } from '../errors.js'

/** Returns the error for an operation that an authorized client does not have. */
export function refusedOperation(name: string): UnsupportedOperationError {
  return unsupportedOperation(`An authorized client has no \`${name}\`.`, {
    hint: "use another operation, or client.unguarded('the reason'), which returns the client without authorization",
    data: { operation: name },
  })
}
