import { UnsupportedFilterError } from '../../errors.js'
import type { Span } from '../../language/source.js'

/** Returns the error of a condition that has no exact filter. */
export function refused(
  reason: string,
  message: string,
  span: Span | undefined,
  hint?: string,
): UnsupportedFilterError {
  return new UnsupportedFilterError('unsupported-filter', message, { span, hint, data: { reason } })
}
