import type { Authorizer, Context } from '@arcturus/core'

/**
 * Returns an authorizer whose questions have a context. Without one, it is the authorizer itself.
 * @throws ArgumentError `invalid-context` for an undeclared name and for a value of another type.
 */
export function inContext(authorizer: Authorizer, context: Context | undefined): Authorizer {
  return context === undefined ? authorizer : authorizer.with(context)
}
