import type { Where } from './printed.js'

/** Lists up to this length remain arrays, because their cost is negligible. */
export const shortList = 32

/**
 * Returns a `where` with long lists in the form that Prisma takes as one value: an object with the
 * method `toJSON`, whose result it sends. For an array Prisma records the path to every value, for
 * messages about values that it can't send. That takes longer than the database needs to search the
 * values.
 */
export function withLongLists(where: Where): Where {
  return Object.fromEntries(Object.entries(where).map(([key, value]) => [key, withLists(key, value)]))
}

function withLists(key: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value
    if (key !== 'in' && key !== 'notIn') return list.map((one) => withLists('', one))
    return list.length > shortList && list.every(isSentAsItIs) ? sentAtOnce(list) : list
  }
  const isWhere = typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
  // Sound: an object without a class in a `where` is a part of it.
  return isWhere ? withLongLists(value as Where) : value
}

const lists = new WeakMap<object, readonly unknown[]>()

function sentAtOnce(list: readonly unknown[]): object {
  const value = { toJSON: () => list }
  lists.set(value, list)
  return value
}

/** Returns the values of a list, in either form; undefined for any other value. */
export function listOf(value: unknown): readonly unknown[] | undefined {
  if (Array.isArray(value)) return value
  return typeof value === 'object' && value !== null ? lists.get(value) : undefined
}

function isSentAsItIs(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}
