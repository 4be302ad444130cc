import { refuse } from '../refusal.js'
import type { PrismaProvider } from '../schema/schema.js'
import { listOf } from './longLists.js'
import type { Where } from './printed.js'

/** The number of values that Prisma sends in one statement before it divides a list. */
const mostSent: Readonly<Record<PrismaProvider, number>> = {
  sqlite: 999,
  postgresql: 32_766,
  cockroachdb: 32_766,
  mysql: 65_535,
  sqlserver: 2_098,
  mongodb: Number.POSITIVE_INFINITY,
}

/** Sizes of the lists of values in arguments. */
interface Lists {
  /** The number of all values. */
  values: number
  longest: number
  /**
   * The length of the longest list below `OR` or `some`, of which a row can match several parts.
   */
  longestRepeating: number
}

/**
 * Refuses a query if Prisma would divide it by a list of a filter so that rows repeat. Those rows
 * would be returned several times, and `updateMany` would change them several times.
 *
 * @param filters - Wheres of this package that are part of the query.
 * @param args - The arguments of the query, without relations: Prisma finds those by their own
 * queries.
 * @throws UnsupportedFilterError
 */
export function assertUnrepeated(filters: readonly Where[], args: Where, provider: PrismaProvider): void {
  const own = measure(filters).longestRepeating
  if (own < 2) return
  const { values, longest } = measure(args)
  if (values <= mostSent[provider] || longest > own) return
  refuse(
    'too-large',
    `The query sends ${values} values, so Prisma would divide the filter's list of ${own} values and repeat rows.`,
    undefined,
    'send several queries with fewer values each',
  )
}

function measure(of: unknown): Lists {
  const found = { values: 0, longest: 0, longestRepeating: 0 }
  addLists(of, false, found)
  return found
}

function addLists(of: unknown, isRepeating: boolean, found: Lists): void {
  const list = listOf(of)
  if (list && (typeof list[0] !== 'object' || list[0] instanceof Date)) {
    found.values += list.length
    found.longest = Math.max(found.longest, list.length)
    if (isRepeating) found.longestRepeating = Math.max(found.longestRepeating, list.length)
  } else if (list) {
    for (const one of list) addLists(one, isRepeating, found)
  } else if (typeof of === 'object' && of !== null && Object.getPrototypeOf(of) === Object.prototype) {
    for (const [name, one] of Object.entries(of)) addLists(one, isRepeating || name === 'OR' || name === 'some', found)
  } else if (of !== undefined && of !== null) found.values++
}
