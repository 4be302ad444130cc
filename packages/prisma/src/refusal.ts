import type { Span } from '@arcturus/core'
import { UnsupportedFilterError } from '@arcturus/core/internal/prisma'

/** The reason why a condition can't be a `where`, as a stable code. */
export type Reason =
  | 'bind-limit'
  | 'collation'
  | 'column-type'
  | 'field-reference'
  | 'key'
  | 'mixed-types'
  | 'operand'
  | 'own-table'
  | 'no-client'
  | 'no-key'
  | 'provider'
  | 'required-relation'
  | 'recursion'
  | 'text-pattern'
  | 'too-large'
  | 'transaction'
  | 'two-rows'

const wayOut =
  "use the guarded client with strategy 'auto', check the rows one by one with can(), or compare columns of one row in the policy"

/**
 * Stops the printing of a filter that would not be exact.
 * @param cause - The error of Prisma that this one replaces.
 */
export function refuse(
  reason: Reason,
  message: string,
  span: Span | undefined,
  hint: string = wayOut,
  cause?: unknown,
): never {
  throw new UnsupportedFilterError('unsupported-filter', message, { span, hint, data: { reason }, cause })
}
