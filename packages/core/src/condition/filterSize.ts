import { QueryError } from '../errors.js'

/**
 * More than any database takes. A part of a negated conjunction that can be an error is written
 * twice: as true, and as false.
 */
const maxSize = 100_000

/** @throws QueryError for a filter of too many parts. */
export function assertFilterSize(parts: number): void {
  if (parts <= maxSize) return
  throw new QueryError('filter-too-large', `The filter has more than ${maxSize} parts.`, {
    hint: "leave large memberships in the database (unloaded: 'database'), and test values that can be nil before you use them",
  })
}
