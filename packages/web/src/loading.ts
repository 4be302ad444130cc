import { isThenable } from '@arcturus/core/internal/web'
import type { Loader } from './requestAuthorization.js'

/**
 * Returns the row of a loader, or undefined if the loader finds none. Errors for missing rows count
 * as not found too: a 404 of the framework, or the error of `findUniqueOrThrow` and similar
 * methods. Sent unchanged, such an error would distinguish a missing row from a hidden one.
 */
export function load(loader: Loader, request: unknown): unknown {
  try {
    const row = loader(request)
    return isThenable(row) ? Promise.resolve(row).catch(nothingFound) : row
  } catch (error) {
    return nothingFound(error)
  }
}

function nothingFound(error: unknown): undefined {
  if (!isNotFound(error)) throw error
}

function isNotFound(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false
  const is = (property: string, value: unknown): boolean => Reflect.get(error, property) === value
  // Prisma identifies the error by a code, TypeORM by a name.
  return is('status', 404) || is('statusCode', 404) || is('code', 'P2025') || is('name', 'EntityNotFoundError')
}
