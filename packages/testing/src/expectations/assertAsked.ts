import { ArgumentError, type Authorizer } from '@arcturus/core'

/**
 * Asserts that an expectation is about an actor and a resource. Every policy denies a list of rows,
 * a row that was not found (`null`) and the name of a model, so an expected denial of these would
 * hold for the wrong reason.
 *
 * @throws ArgumentError
 */
export function assertAsked({ schema }: Authorizer, actor: unknown, resource: unknown): void {
  if (Array.isArray(actor)) throw invalid('The actor is a list.', 'pass one actor')
  if (Array.isArray(resource)) throw invalid('The resource is a list.', 'pass one row, or use expectOnlyAllowed')
  if (resource === null) throw invalid('The resource is null: the row was not found.', 'add the row before the test')
  if (typeof resource === 'string' && schema.isName(resource))
    throw invalid(
      `The resource is the text "${resource}", which is the name of a model.`,
      `pass a row, such as authorizer.as('${resource}', { … })`,
    )
}

/** Returns an error about the arguments of an expectation. */
export function invalid(message: string, hint: string): ArgumentError {
  return new ArgumentError('invalid-argument', message, { hint })
}
