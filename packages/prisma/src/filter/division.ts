import { refuse } from '../refusal.js'
import { relationFilters, type Where } from './printed.js'

/**
 * How deep a `where` stands. `root`: the top of the `where` of a query. `anywhere`: also below a
 * relation, in a count or under the caller's own conditions.
 */
export type WhereLevel = 'root' | 'anywhere'

/**
 * The maximum number of a list's values that become single conditions. Prisma needs too long to
 * compile a plan for more.
 */
const mostAlone: Readonly<Record<WhereLevel, number>> = { root: 1_000, anywhere: 5_000 }

/**
 * The number of conditions in a group. Prisma compiles a plan for each number of conditions, and
 * SQLite limits their depth.
 */
const groupSize = 32

/**
 * Rewrites the lists that Prisma must not divide.
 *
 * Prisma divides a query with more values than the database takes: it sends the query once for each
 * part of the longest list and concatenates the rows. For a list of values that a row may have,
 * this returns the same rows. For a list of values that no row may have (`notIn`, or `in` below
 * `none`), a row is returned if one part allows it. Hidden rows would then be returned.
 *
 * Prisma divides lists only, so the values of such a list become single conditions:
 * `none: { OR: [{ id: 1 }, { id: 2 }] }`. A query that then has too many values fails with P2029.
 *
 * Prisma divides no query whose `where` has a `notIn` at its root, even an empty one: such a query
 * fails with P2029 as well. So at the root `notIn` remains a list. More than 1,000 values below a
 * relation remain a list beside an empty `notIn`.
 *
 * @param every - A `where` for every row of the model: an empty `notIn`.
 * @throws UnsupportedFilterError for such a list of more than 5,000 values with the place
 * `anywhere`
 */
export function undivided(where: Where, place: WhereLevel, every: Where): Where {
  const isRoot = place === 'root'
  const long = { most: mostAlone[place], isKept: isRoot, isMet: false }
  const found = rewritten(where, { isNegative: false, isRoot, long })
  return long.isMet ? { AND: [found, every] } : found
}

interface Position {
  /** Whether more related rows make fewer rows pass a condition here. */
  readonly isNegative: boolean
  /** Whether only `AND` and `OR` are between here and the root of a query. */
  readonly isRoot: boolean
  /** Whether lists that are too long remain lists, and whether there was one. */
  readonly long: { readonly most: number; readonly isKept: boolean; isMet: boolean }
}

function rewritten(where: Where, position: Position): Where {
  const kept: Record<string, unknown> = {}
  const beside: Where[] = []
  for (const [name, value] of Object.entries(where)) {
    if (name === 'AND' || name === 'OR' || name === 'NOT') {
      kept[name] = connected(value, name === 'NOT' ? { ...position, isNegative: true, isRoot: false } : position)
      continue
    }
    if (!isPlain(value)) {
      kept[name] = value
      continue
    }
    const some = position.isNegative && isDivisible(value['in']) ? value['in'] : undefined
    const none = !position.isRoot && isDivisible(value['notIn']) ? value['notIn'] : undefined
    if (!some && !none) {
      kept[name] = related(value, position)
      continue
    }
    if (some) beside.push(alone(name, some, 'OR', position))
    if (none) beside.push(alone(name, none, 'AND', position))
    const rest = Object.entries(value).filter(([key]) => !((some && key === 'in') || (none && key === 'notIn')))
    if (rest.length > 0) beside.push({ [name]: Object.fromEntries(rest) })
  }
  const parts = Object.keys(kept).length > 0 ? [kept, ...beside] : beside
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? where : { AND: parts }
}

function connected(value: unknown, position: Position): unknown {
  if (Array.isArray(value)) return value.map((one) => connected(one, position))
  return isPlain(value) ? rewritten(value, position) : value
}

/** Rewrites relation filters; other conditions on a field are returned unchanged. */
function related(filter: Where, position: Position): Where {
  let found: Record<string, unknown> | undefined
  for (const way of Object.keys(filter)) {
    if (!relationFilters.has(way)) continue
    const where = filter[way]
    if (!isPlain(where)) continue
    const isNegative = position.isNegative || (way !== 'is' && way !== 'some')
    found ??= { ...filter }
    found[way] = rewritten(where, { isNegative, isRoot: false, long: position.long })
  }
  return found ?? filter
}

/**
 * Returns the values of a list as single conditions: one of them holds (`OR`, for `in`), or all
 * (`AND`, for `notIn`).
 */
function alone(column: string, list: readonly unknown[], connective: 'AND' | 'OR', { long }: Position): Where {
  if (list.length > long.most) {
    long.isMet = true
    if (long.isKept) return { [column]: { [connective === 'OR' ? 'in' : 'notIn']: list } }
    refuse(
      'bind-limit',
      `This filter excludes ${list.length} values of "${column}"; a Prisma filter excludes at most ${long.most} here.`,
      undefined,
      "use the guarded client with strategy 'auto', or mark the excluded rows in a column of the database",
    )
  }
  const condition = (value: unknown): Where => ({ [column]: connective === 'OR' ? { equals: value } : { not: value } })
  if (list.length <= groupSize) return { [connective]: list.map(condition) }
  // A constant between the groups prevents Prisma from merging them. The last value fills the last
  // group.
  const [other, constant] = connective === 'OR' ? ['AND', { notIn: [] }] : ['OR', { in: [] }]
  const groups = Array.from({ length: Math.ceil(list.length / groupSize) }, (_, group): Where => {
    const of = Array.from({ length: groupSize }, (_, at) => list[Math.min(group * groupSize + at, list.length - 1)])
    return { [other as string]: [{ [column]: constant }, { [connective]: of.map(condition) }] }
  })
  return { [connective]: groups }
}

function isDivisible(list: unknown): list is readonly unknown[] {
  return Array.isArray(list) && list.length > 1
}

function isPlain(value: unknown): value is Where {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}
