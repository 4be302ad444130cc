import { type Arguments, isArguments, isLiteral } from '../literal.js'
import { conjuncts } from './markers.js'

/** The filters that a resolved `where` has to keep, by the `where`. */
export type Filters = WeakMap<object, readonly Arguments[]>

/**
 * Returns whether arguments that another extension passes on still select no row that the resolved
 * ones leave out: each filter is a part of the `where`, or of an `AND` in it. A relation that is no
 * longer selected needs no filter.
 *
 * Prisma passes copies of arguments to extensions, so filters are compared by their contents.
 */
export function keepsFilters(sent: unknown, resolved: Arguments, filters: Filters): boolean {
  if (sent === resolved) return true
  const given = isArguments(sent) ? sent : {}
  const { where } = resolved
  const own = typeof where === 'object' && where !== null ? filters.get(where) : undefined
  if (own?.some((filter) => !demands(given['where'], filter))) return false
  return selections.every((selection) => {
    const selected = resolved[selection]
    return !isArguments(selected) || keepsSelected(given, selected, filters)
  })
}

const selections = ['include', 'select'] as const

function keepsSelected(sent: Arguments, resolved: Arguments, filters: Filters): boolean {
  return Object.entries(resolved).every(([name, args]) => {
    if (!isArguments(args)) return true
    const found = selections.flatMap((selection) => {
      const selected = sent[selection]
      return isArguments(selected) && selected[name] ? [selected[name]] : []
    })
    return found.every((one) => keepsFilters(one, args, filters))
  })
}

/** Whether a `where` is true only for rows for which a filter is. */
function demands(where: unknown, filter: Arguments): boolean {
  return Object.entries(filter).every(([name, value]) =>
    name === 'AND'
      ? conjuncts(filter).every((one) => isArguments(one) && demands(where, one))
      : has(where, name, value),
  )
}

function has(where: unknown, name: string, value: unknown): boolean {
  if (!isLiteral(where)) return false
  return (name in where && isSame(where[name], value)) || conjuncts(where).some((one) => has(one, name, value))
}

function isSame(one: unknown, other: unknown): boolean {
  return Object.is(one, other) || textOf(one) === textOf(other)
}

/** Returns the text of a value, which two values with the same contents share. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' || (typeof one === 'number' && !Number.isFinite(one)) ? { [typeof one]: String(one) } : one,
  )
}
