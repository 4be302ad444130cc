import { QueryError } from '@arcturus/core/internal/typeorm'

/**
 * Returns whether an error can mean that data has to be loaded or awaited. A recursion along a row
 * whose relations are read in the database, such as a folder and its parents, has no end that the
 * filter knows of.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof QueryError && missing.includes(error.code)
}

const missing: readonly string[] = ['relation-not-loaded', 'async-value', 'filter-too-large']
