import { isPending } from '../authorizer/eventual.js'
import type { Loader } from './requestAuthorization.js'

/**
 * The row that a loader finds; undefined where it finds none, also where it says so by an error: a 404 of the framework's, or
 * what `findUniqueOrThrow` and its likes throw. Answered as it is, that error would tell the missing row from the hidden one.
 */
export function load(loader: Loader, request: unknown): unknown {
  try {
    const row = loader(request)
    return isPending(row) ? Promise.resolve(row).catch(nothingFound) : row
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
  // Prisma tells by a code, TypeORM by a name.
  return is('status', 404) || is('statusCode', 404) || is('code', 'P2025') || is('name', 'EntityNotFoundError')
}
