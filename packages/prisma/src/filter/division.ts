import { relationFilters, type Where } from './printed.js'
import { refuse } from './refusal.js'

/**
 * Where a `where` will stand. `root`: the top of the `where` of a query. `anywhere`: also below a relation, in a count or
 * under the caller's own conditions.
 */
export type Place = 'root' | 'anywhere'

/** So many values of a list become single conditions at most: compiling a plan for more takes Prisma too long. */
const mostAlone: Readonly<Record<Place, number>> = { root: 1_000, anywhere: 5_000 }

/** Prisma compiles a plan for each number of conditions, and SQLite limits their depth. So many conditions form a group. */
const groupSize = 32

/**
 * Rewrites the lists that Prisma must not divide.
 *
 * A query with more values than the database takes is divided: Prisma sends it once for each part of its longest list and
 * concatenates the rows. For a list of values that a row may have, this gives the same rows. For a list of values that no row
 * may have (`notIn`, or `in` below `none`), a row comes back if one part allows it, so hidden rows come back. Prisma divides
 * lists only, so the values of such a list become single conditions: `none: { OR: [{ id: 1 }, { id: 2 }] }`. A query that
 * then has too many values fails with P2029.
 *
 * Prisma divides no query whose `where` has a `notIn` at its root, even an empty one: such a query fails with P2029 as well.
 * So there `notIn` remains a list, and more than 1,000 values below a relation remain one beside an empty `notIn`.
 *
 * @param every - A `where` for every row of the model: an empty `notIn`.
 * @throws UnsupportedFilterError for such a list of more than 5,000 values that can stand anywhere
 */
export function undivided(where: Where, place: Place, every: Where): Where {
  const isRoot = place === 'root'
  const long = { most: mostAlone[place], isKept: isRoot, isMet: false }
  const found = rewritten(where, { isNegative: false, isRoot, long })
  return long.isMet ? { AND: [found, every] } : found
}

interface Position {
  /** Whether fewer rows pass a condition here if more related rows do. */
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
    const { in: some, notIn: none, ...rest } = value
    const lists = [
      ...(isDivisible(some) && position.isNegative ? [alone(name, some, 'OR', position)] : []),
      ...(isDivisible(none) && !position.isRoot ? [alone(name, none, 'AND', position)] : []),
    ]
    if (lists.length === 0) {
      kept[name] = related(value, position)
      continue
    }
    beside.push(...lists)
    if (Object.keys(rest).length > 0) beside.push({ [name]: rest })
  }
  const parts = Object.keys(kept).length > 0 ? [kept, ...beside] : beside
  return parts.length === 1 ? parts[0]! : parts.length === 0 ? where : { AND: parts }
}

function connected(value: unknown, position: Position): unknown {
  if (Array.isArray(value)) return value.map((one) => connected(one, position))
  return isPlain(value) ? rewritten(value, position) : value
}

/** What is required of related rows; other conditions on a field are returned as they are. */
function related(filter: Where, position: Position): Where {
  if (!Object.keys(filter).some((way) => relationFilters.has(way))) return filter
  const ways = Object.entries(filter).map(([way, where]) => {
    const isNegative = position.isNegative || (way !== 'is' && way !== 'some')
    return [way, isPlain(where) ? rewritten(where, { ...position, isNegative, isRoot: false }) : where]
  })
  return Object.fromEntries(ways)
}

/** The values of a list as conditions of their own: one of them holds (`OR`, for `in`), or all (`AND`, for `notIn`). */
function alone(column: string, list: readonly unknown[], connective: 'AND' | 'OR', { long }: Position): Where {
  if (list.length > long.most) {
    long.isMet = true
    if (long.isKept) return { [column]: { [connective === 'OR' ? 'in' : 'notIn']: list } }
    refuse(
      'bind-limit',
      `This filter excludes ${list.length} values of "${column}"; a Prisma filter excludes at most ${long.most} here.`,
      undefined,
      "let the extended client look the rows up (strategy 'auto'), or mark the rows in the database with a column of their own",
    )
  }
  const condition = (value: unknown): Where => ({ [column]: connective === 'OR' ? { equals: value } : { not: value } })
  if (list.length <= groupSize) return { [connective]: list.map(condition) }
  // A constant between the groups keeps Prisma from making one of them; the last value fills the last group up.
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
