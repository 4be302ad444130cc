import type { Schema } from '../schema/schema.js'
import { thrownError } from '../values/fault.js'
import { allKinds } from '../values/kinds.js'
import { sameRow } from '../values/rows.js'

/**
 * Returns whether two objects are the same object, or rows with the same key.
 * @throws QueryError `type-error` for keys that can't be compared.
 * @example
 * isSameRow(authorizer.schema, document, await repository.findOneBy({ id: document.id })) // true
 */
export function isSameRow(schema: Schema, one: unknown, other: unknown): boolean {
  try {
    return sameRow(schema, one, other, allKinds) === true
  } catch (error) {
    throw thrownError(error)
  }
}
