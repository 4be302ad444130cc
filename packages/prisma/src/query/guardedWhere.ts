import { type Arguments, isLiteral } from '../literal.js'
import { markerKey } from './markers.js'

/**
 * Combines a caller's `where` with the filters. Unique selectors stay at the top, because unique
 * operations look for them there. All other conditions go beside the filters: there they can only
 * leave rows out, even if Prisma misreads them. An `OR` stays at the top as well: Prisma lets no row
 * pass by an `OR` without conditions there, and every row by one below `AND`.
 *
 * Filters are in an `AND`. An extension behind this one that adds a condition, as in
 * `{ ...where, id }`, then replaces no part of them.
 * @param uniques - Arguments that name a row. A request of another authorization stays at its place
 * as well.
 */
export function guardedWhere(own: unknown, filters: readonly Arguments[], uniques: readonly string[]): unknown {
  if (filters.length === 0) return own
  const top: Record<string, unknown> = {}
  const beside: Record<string, unknown> = {}
  const isKept = own === undefined || isLiteral(own)
  // As Prisma does: with the properties of the prototype.
  if (isLiteral(own))
    for (const name in own)
      (uniques.includes(name) || name === markerKey || name === 'OR' ? top : beside)[name] = own[name]
  const others = !isKept ? [own] : Object.keys(beside).length > 0 ? [beside] : []
  const all = [...others, ...filters]
  // Prisma records the path to each value, so each level adds a cost for each key of a list.
  return all.length === 1 && Object.keys(top).length === 0 && isLiteral(all[0]) ? sealed(all[0]) : { ...top, AND: all }
}

/** Wraps a `where` in one key, so that a spread beside it replaces no part of it. */
export function sealed(where: Arguments): Arguments {
  return Object.keys(where).every((key) => key === 'AND') ? where : { AND: [where] }
}

/** Returns a copy of a printed `where`, which its receiver may change. Values of columns and long lists are shared. */
export function copied<Value>(where: Value): Value {
  if (Array.isArray(where)) return where.map(copied) as Value
  if (typeof where !== 'object' || where === null || Object.getPrototypeOf(where) !== Object.prototype) return where
  if ('toJSON' in where) return where
  return Object.fromEntries(Object.entries(where).map(([name, one]) => [name, copied(one)])) as Value
}
