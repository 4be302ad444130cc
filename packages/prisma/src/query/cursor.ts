import { whereOf } from '../filter/printed.js'
import { type Arguments, isArguments } from '../literal.js'
import type { Tables } from '../schema/tables.js'

/**
 * Returns arguments that find the row of a cursor among the filtered rows, before the query is
 * sent. Otherwise the cursor's position in the order would reveal a row that the filter leaves out.
 * @returns undefined if there is no cursor
 */
export function findCursor(args: unknown, model: string, operation: string, tables: Tables): Arguments | undefined {
  const cursor = isArguments(args) ? args['cursor'] : undefined
  if (!isArguments(cursor)) return undefined
  return { where: unfolded(cursor, model, tables), ...(operation === 'aggregate' ? { _count: true } : { take: 1 }) }
}

/** Whether the operation that looked for a row found it. */
export function isFound(result: unknown): boolean {
  if (Array.isArray(result)) return result.length > 0
  // Prisma returns a count in the form that the query's arguments request.
  const count = typeof result === 'object' && result !== null && '_count' in result ? result._count : result
  if (typeof count === 'object' && count !== null && '_all' in count) return count._all !== 0
  return count !== 0 && count !== null
}

/** Returns arguments that select no row, as after a cursor that does not exist. */
export function afterNothing(args: Arguments, model: string, tables: Tables): Arguments {
  const { cursor: _, where, ...rest } = args
  return { ...rest, where: { AND: [where ?? {}, whereOf(false, tables.model(model)!)] } }
}

/**
 * Moves composite keys up: their columns are below one name in a cursor, and beside each other in a
 * `where`.
 */
export function unfolded(cursor: Arguments, model: string, tables: Tables): Arguments {
  const composite = new Set(
    tables.model(model)?.uniques.flatMap(({ fields, argument }) => (fields.length > 1 ? [argument] : [])),
  )
  return Object.assign(
    {},
    ...Object.entries(cursor).map(([name, value]) => (composite.has(name) ? value : { [name]: value })),
  )
}
