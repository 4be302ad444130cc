import { QueryError } from '@arcturus/core/internal/prisma'

/**
 * Whether the only cause of an error is a relation that must be loaded, or a value that must be
 * awaited.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof QueryError && (error.code === 'relation-not-loaded' || error.code === 'async-value')
}
