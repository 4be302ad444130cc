import { QueryError } from '@arcturus/core'

/** Whether it failed only because something has to be loaded, or waited for. */
export function isMissing(error: unknown): boolean {
  return error instanceof QueryError && (error.code === 'relation-not-loaded' || error.code === 'async-value')
}
